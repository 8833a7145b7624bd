// SPDX-License-Identifier: Apache-2.0
// `liuhen verify`: finds what PATH is and whom to trust, checks, and tells.
#include "common/evidence/card_check.hpp"
#include "common/evidence/vault_check.hpp"
#include "tools/liuhen/commands.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::cli {

namespace {

using core::joinPath;
using core::Result;
using evidence::Place;
using nlohmann::json;

constexpr std::uint64_t kMaxNoteBytes = 65'536;

json placeOf(const Place& place) {
    json value;
    value["generation"] = place.generation ? json(*place.generation) : json();
    value["seq"] = place.seq ? json(*place.seq) : json();
    value["file"] = place.file ? json(*place.file) : json();
    value["offset"] = place.offset ? json(*place.offset) : json();
    return value;
}

std::string textOf(const Place& place) {
    std::string text;
    if (place.generation) {
        text += fmt::format(" generation {}", *place.generation);
    }
    if (place.seq) {
        text += fmt::format(" entry {}", *place.seq);
    }
    if (place.file) {
        text += fmt::format(" in {}", *place.file);
    }
    if (place.offset) {
        text += fmt::format(" at byte {}", *place.offset);
    }
    return text;
}

std::string chinese(evidence::Verdict verdict) {
    switch (verdict) {
        case evidence::Verdict::Intact:
            return "完整";
        case evidence::Verdict::Unproven:
            return "无法证明";
        case evidence::Verdict::Incomplete:
            return "有缺失";
        case evidence::Verdict::Altered:
            return "被改动";
    }
    return "";
}

void printJson(const evidence::Report& report) {
    json answer;
    answer["verdict"] = evidence::name(report.verdict());
    answer["witnessed"] = report.witnessed;
    const evidence::Problem* first = report.firstBad();
    answer["first_bad"] = first == nullptr ? json() : placeOf(first->place);
    answer["findings"] = json::array();
    for (const evidence::Finding& finding : report.findings) {
        json item = placeOf(finding.place);
        item["kind"] = finding.kind;
        item["text"] = finding.text;
        answer["findings"].push_back(std::move(item));
    }
    answer["problems"] = json::array();
    for (const evidence::Problem& problem : report.problems) {
        json item = placeOf(problem.place);
        item["verdict"] = evidence::name(problem.verdict);
        item["text"] = problem.text;
        answer["problems"].push_back(std::move(item));
    }
    fmt::print("{}\n", answer.dump(1, ' ', false, json::error_handler_t::replace));
}

void printText(const evidence::Report& report) {
    fmt::print("{} {}: {} entries, {} parts, {:.1f} MB of footage{}\n",
               evidence::name(report.verdict()),
               chinese(report.verdict()),
               report.entries,
               report.parts,
               static_cast<double>(report.footageBytes) / 1e6,
               report.witnessed ? "" : "; unwitnessed 无外部见证");
    if (const evidence::Problem* first = report.firstBad()) {
        fmt::print("first bad:{}: {}\n", textOf(first->place), first->text);
        fmt::print("{} places in all; --json lists them\n", report.problems.size());
    }
    for (const evidence::Finding& finding : report.findings) {
        fmt::print("note: {}:{}: {}\n", finding.kind, textOf(finding.place), finding.text);
    }
}

/// The agency's root: named, or found in `agency/` beside the folder or beside the one above it.
Result<std::string> findRoot(core::Files& files, const VerifyOptions& options) {
    if (!options.trust.empty()) {
        return options.trust;
    }
    std::string above = joinPath(options.path, "..");
    for (int level = 0; level < 2; ++level, above = joinPath(above, "..")) {
        std::string root = joinPath(above, "agency/root.pem");
        if (files.exists(root)) {
            return root;
        }
    }
    return core::fail(
        core::ErrorKind::NotFound,
        "verify " + options.path +
            ": no agency/root.pem beside it; name the agency's root with --trust ROOT.pem");
}

Result<evidence::Report> check(core::Files& files,
                               const VerifyOptions& options,
                               const evidence::Trust& trust) {
    if (files.exists(joinPath(options.path, "objects")) ||
        files.exists(joinPath(options.path, "log"))) {
        std::optional<std::string> note;
        if (!options.checkpoint.empty()) {
            LIUHEN_TRY(const core::Buffer bytes,
                       core::readFile(files, options.checkpoint, kMaxNoteBytes));
            note = std::string(core::textOf(bytes));
        }
        return evidence::checkVault(files, options.path, trust, note);
    }
    if (files.exists(joinPath(options.path, "card")) ||
        files.exists(joinPath(options.path, "keystore"))) {
        std::optional<std::string> keystore;
        if (files.exists(joinPath(options.path, "keystore"))) {
            keystore = joinPath(options.path, "keystore");
        }
        return evidence::checkCard(
            files, {joinPath(options.path, "card"), "card/", keystore}, trust);
    }
    if (files.exists(joinPath(options.path, "ledger")) ||
        files.exists(joinPath(options.path, "footage"))) {
        return evidence::checkCard(files, {options.path, "", std::nullopt}, trust);
    }
    return core::fail(
        core::ErrorKind::InvalidArgument,
        "verify " + options.path +
            ": it is no recorder (card/), no card (ledger/) and no vault (objects/, log/)");
}

}  // namespace

Result<int> verify(core::Files& files, const VerifyOptions& options) {
    LIUHEN_TRY(const std::string root, findRoot(files, options));
    LIUHEN_TRY(const evidence::Trust trust, evidence::Trust::open(files, root));
    LIUHEN_TRY(const evidence::Report report, check(files, options, trust));
    if (options.json) {
        printJson(report);
    } else {
        printText(report);
    }
    return report.verdict() == evidence::Verdict::Intact ? kIntact : kNotIntact;
}

}  // namespace liuhen::cli
