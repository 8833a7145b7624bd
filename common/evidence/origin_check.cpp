// SPDX-License-Identifier: Apache-2.0
// Origin, head, tail and pruned stretch of a generation.
#include "common/evidence/origin_check.hpp"

#include "common/crypto/cose.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"

#include <fmt/format.h>

namespace liuhen::evidence {

namespace {

/// The resume key that was current at an entry: named last before it or by it.
std::optional<crypto::PublicKey> resumeKeyAt(const Chain& chain, std::uint64_t seq) {
    for (const std::vector<PlacedEntry>* list : {&chain.entries, &chain.anchor}) {
        for (auto placed = list->rbegin(); placed != list->rend(); ++placed) {
            if (placed->entry.seq <= seq && isNaming(placed->entry.kind)) {
                return readNextKeys(placed->entry.body)->resume;
            }
        }
    }
    return std::nullopt;
}

void checkCertificate(const Chain& chain,
                      const GenesisBody& body,
                      const Trust& trust,
                      Report& report) {
    const PlacedEntry& opening = *chain.find(0);
    const auto certificate = crypto::Certificate::fromDer(body.certificate);
    if (const auto wrong =
            crypto::judge(*certificate, trust.root(), crypto::Role::Recorder, std::nullopt)) {
        report.add(Verdict::Unproven,
                   chain.placeOf(opening),
                   "the recorder is not this agency's: " + *wrong);
        return;
    }
    if (certificate->subject() != opening.entry.device) {
        report.add(Verdict::Unproven,
                   chain.placeOf(opening),
                   "the identity certificate is another recorder's");
        return;
    }
    const core::Microseconds at(opening.entry.time.utcUs);
    if (const auto wrong = crypto::judge(*certificate, trust.root(), crypto::Role::Recorder, at)) {
        report.findings.push_back(Finding{"certificate", chain.placeOf(opening), *wrong});
    }
}

void checkRegistration(const Chain& chain, const Trust& trust, Report& report) {
    const PlacedEntry& opening = *chain.find(0);
    const auto message = trust.registration(opening.entry.device, chain.generation);
    if (!message) {
        report.add(Verdict::Incomplete,
                   chain.placeOf(opening),
                   "the agency has not registered this generation; a custodian does that with "
                   "'liuhen enroll genesis'");
        return;
    }
    const auto key = trust.root().key();
    const auto registration = key ? Registration::verify(*message, *key)
                                  : core::Result<Registration>(tl::make_unexpected(key.error()));
    if (!registration || registration->device != opening.entry.device ||
        registration->generation != chain.generation ||
        registration->genesis != opening.entry.hash) {
        report.add(Verdict::Altered,
                   chain.placeOf(opening),
                   "the agency registered another beginning of this generation");
    }
}

/// What a later generation says of the one before it.
void checkNamedHead(const Chains& chains,
                    const Chain& chain,
                    const GenesisBody& body,
                    Report& report) {
    const PlacedEntry& opening = *chain.find(0);
    if (!body.head || opening.entry.kind == "rollback") {
        return;
    }
    const auto named = chains.find(body.head->generation);
    if (named == chains.end()) {
        return;
    }
    const auto hash = named->second.hashAt(body.head->seq);
    if (!hash) {
        report.add(Verdict::Incomplete,
                   chain.placeOf(opening),
                   "the head that this generation names is not there");
        return;
    }
    const auto resume = resumeKeyAt(named->second, body.head->seq);
    const auto statement = crypto::parseSign1(*body.resume);
    const bool good =
        *hash == body.head->hash && statement && resume &&
        statement->contentType == "liuhen/resume" &&
        core::equal(statement->payload,
                    resumeStatementPayload(chain.generation, *body.head, body.next)) &&
        crypto::verifySign1(*statement, *resume);
    if (!good) {
        report.add(Verdict::Altered,
                   chain.placeOf(opening),
                   "this generation does not follow from the one it names");
    }
}

}  // namespace

void checkOrigin(const Chains& chains, const Chain& chain, const Trust& trust, Report& report) {
    if (chain.find(0) == nullptr) {
        return;
    }
    const PlacedEntry& opening = *chain.find(0);
    const bool rollback = opening.entry.kind == "rollback";
    const auto body = GenesisBody::fromCbor(opening.entry.body, rollback);
    checkCertificate(chain, *body, trust, report);
    checkRegistration(chain, trust, report);
    if (rollback) {
        report.add(Verdict::Incomplete,
                   chain.placeOf(opening),
                   "the recorder found another state on its card than its keystore knew");
    }
    checkNamedHead(chains, chain, *body, report);
}

void checkHead(const Chains& chains, const Head& head, Report& report) {
    const Place place{head.generation, head.seq, std::nullopt, std::nullopt};
    const auto chain = chains.find(head.generation);
    const auto hash = chain == chains.end() ? std::nullopt : chain->second.hashAt(head.seq);
    if (!hash) {
        report.add(Verdict::Incomplete,
                   place,
                   "the entry that the recorder's keystore remembers last is not there");
    } else if (*hash != head.hash) {
        report.add(Verdict::Altered, place, "the recorder's keystore remembers another entry here");
    }
}

void checkTail(const Chain& chain, Report& report) {
    if (chain.problem) {
        return;
    }
    const std::uint64_t next = chain.first + chain.entries.size();
    if (chain.entries.empty() || !isClosing(chain.entries.back().entry.kind)) {
        report.add(Verdict::Incomplete,
                   Place{chain.generation, next, chain.fileNames.back(), chain.endOffset},
                   "the ledger's end is open: nothing closes it");
    }
}

void checkPruned(const Chain& chain, const Trust& trust, Report& report) {
    if (chain.first == 0) {
        return;
    }
    for (const PlacedEntry& placed : chain.entries) {
        if (placed.entry.kind != "receipt") {
            continue;
        }
        const auto message = bytesAt(placed.entry.body, "message");
        const auto receipt = Receipt::verify(*message, trust.root());
        if (receipt && receipt->type == "chapter" && receipt->device == placed.entry.device &&
            receipt->generation == chain.generation && receipt->seq >= chain.first - 1 &&
            chain.hashAt(receipt->seq) == receipt->entry) {
            const PlacedEntry* docking = chain.find(receipt->seq);
            if (docking == nullptr || docking->entry.kind == "docking") {
                return;
            }
        }
    }
    report.add(
        Verdict::Incomplete,
        Place{chain.generation, 0, std::nullopt, std::nullopt},
        "the ledger does not begin at its first entry, and no receipt covers what is absent");
}

}  // namespace liuhen::evidence
