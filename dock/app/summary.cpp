// SPDX-License-Identifier: Apache-2.0
// What was taken in, for machines.
#include "dock/app/commands.hpp"

#include <nlohmann/json.hpp>

namespace liuhen::dock {

using nlohmann::json;

namespace {

json objectJson(const ingest::ObjectOutcome& object) {
    json out = {{"generation", object.place.generation},
                {"state", ingest::name(object.state)},
                {"verdict", object.verdict},
                {"size", object.sizeBytes},
                {"object", object.object},
                {"receipt_delivered", object.delivered}};
    if (object.place.type == vault::ObjectType::Chapter) {
        out["first"] = object.place.first;
    } else {
        out["recording"] = object.place.recording;
        out["segment"] = object.place.segment;
    }
    if (!object.reason.empty()) {
        out["reason"] = object.reason;
    }
    return out;
}

json outcomeJson(const ingest::Outcome& outcome) {
    json chapters = json::array();
    json segments = json::array();
    for (const ingest::ObjectOutcome& object : outcome.objects) {
        const bool chapter = object.place.type == vault::ObjectType::Chapter;
        (chapter ? chapters : segments).push_back(objectJson(object));
    }
    return {{"bay", outcome.bay},
            {"device", outcome.device},
            {"state", ingest::name(outcome.end)},
            {"reason", outcome.reason},
            {"start_us", outcome.startUs},
            {"end_us", outcome.endUs},
            {"chapters_receipted", outcome.chapters},
            {"segments_receipted", outcome.segments},
            {"footage_bytes", outcome.footageBytes},
            {"earlier_receipts", outcome.earlierReceipts.size()},
            {"second_receipts", outcome.secondReceipts},
            {"omitted", outcome.omitted},
            {"chapters", std::move(chapters)},
            {"segments", std::move(segments)}};
}

json logJson(const std::optional<vault::Status>& status) {
    if (!status) {
        return {};
    }
    json witnesses = json::array();
    for (const vault::WitnessState& witness : status->witnessing.witnesses) {
        const bool any = witness.leaves > 0;
        witnesses.push_back({{"name", witness.name},
                             {"leaves", witness.leaves},
                             {"cosigned_s", any ? json(witness.unixSeconds) : json()}});
    }
    return {{"origin", status->origin},
            {"leaves", status->logSize},
            {"witnessed", status->witnessing.witnessed},
            {"witnessed_leaves", status->witnessing.leaves},
            {"witnesses", std::move(witnesses)},
            {"recorders", status->witnessing.recorders}};
}

}  // namespace

std::string summaryJson(const std::vector<ingest::Outcome>& outcomes,
                        const std::optional<vault::Status>& status) {
    json bays = json::array();
    bool good = !outcomes.empty();
    for (const ingest::Outcome& outcome : outcomes) {
        good = good && outcome.end == ingest::Phase::Done;
        bays.push_back(outcomeJson(outcome));
    }
    const json all = {
        {"version", 1}, {"good", good}, {"bays", std::move(bays)}, {"log", logJson(status)}};
    constexpr int kIndent = 2;
    return all.dump(kIndent, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace liuhen::dock
