// SPDX-License-Identifier: Apache-2.0
// Certificate, registration and predecessor of a generation.
#include "common/evidence/origin_check.hpp"

#include "common/crypto/cose.hpp"
#include "common/evidence/messages.hpp"

namespace liuhen::evidence {

namespace {

void checkCertificate(const OpeningRecord& opening, OriginContext context) {
    const crypto::Certificate& root = context.trust.root();
    const auto certificate = crypto::Certificate::fromDer(opening.body.certificate);
    if (!certificate) {
        context.problems.add(Verdict::Unproven,
                             opening.place,
                             "the identity certificate: " + certificate.error().message);
        return;
    }
    if (const auto wrong =
            crypto::judge(*certificate, root, crypto::Role::Recorder, std::nullopt)) {
        context.problems.add(
            Verdict::Unproven, opening.place, "the recorder is not this agency's: " + *wrong);
        return;
    }
    if (certificate->subject() != opening.device) {
        context.problems.add(
            Verdict::Unproven, opening.place, "the identity certificate is another recorder's");
        return;
    }
    const core::Microseconds at(opening.utcUs);
    if (const auto wrong = crypto::judge(*certificate, root, crypto::Role::Recorder, at)) {
        context.report.find(Finding{"certificate", opening.place, *wrong});
    }
}

void checkRegistration(std::uint64_t generation,
                       const OpeningRecord& opening,
                       OriginContext context) {
    const auto message = context.trust.registration(opening.device, generation);
    if (!message) {
        context.problems.add(Verdict::Incomplete,
                             opening.place,
                             "the agency has not registered this generation; a custodian does that "
                             "with 'liuhen enroll genesis'");
        return;
    }
    const auto key = context.trust.root().key();
    const auto registration = key ? Registration::verify(*message, *key)
                                  : core::Result<Registration>(tl::make_unexpected(key.error()));
    if (!registration || registration->device != opening.device ||
        registration->generation != generation || registration->genesis != opening.hash) {
        context.problems.add(Verdict::Altered,
                             opening.place,
                             "the agency registered another beginning of this generation");
    }
}

/// What a later generation says of the one before it.
void checkNamedHead(const LedgerCheck& ledger,
                    const GenerationSummary& generation,
                    bool confirmed,
                    OriginContext context) {
    const OpeningRecord& opening = *generation.opening;
    if (opening.rollback || !opening.body.head) {
        return;
    }
    const Head& head = *opening.body.head;
    const auto hash = ledger.hashAt(head.generation, head.seq);
    if (!hash) {
        const auto& docking = opening.body.docking;
        const bool docked = docking && docking->generation == head.generation &&
                            ledger.hashAt(docking->generation, docking->seq) == docking->hash;
        if (!docked && !confirmed) {
            context.problems.add(Verdict::Incomplete,
                                 opening.place,
                                 "the head that this generation names is not there");
        }
        return;
    }
    const AskedRecord* entry = ledger.find(head.generation, head.seq);
    NamedHead known{*hash, entry != nullptr, 0, std::nullopt};
    if (entry != nullptr) {
        known.boot = entry->boot;
        known.resume = entry->resume;
    }
    if (auto wrong = wrongSuccession(generation.number, opening.boot, opening.body, known)) {
        context.problems.add(Verdict::Altered, opening.place, *std::move(wrong));
    }
}

}  // namespace

std::optional<std::string> wrongSuccession(std::uint64_t generation,
                                           std::uint64_t boot,
                                           const GenesisBody& genesis,
                                           const NamedHead& head) {
    if (head.hash != genesis.head->hash) {
        return "it names another entry than the generation before holds there";
    }
    if (!head.read) {
        return std::nullopt;
    }
    if (boot < head.boot) {
        return "its boot counter is lower than that of the entry it names";
    }
    if (!head.resume) {
        return std::nullopt;  // behind a pruned stretch without anchor
    }
    const auto statement = crypto::parseSign1(*genesis.resume);
    const bool good =
        statement && statement->contentType == "liuhen/resume" &&
        core::equal(statement->payload,
                    resumeStatementPayload(generation, *genesis.head, genesis.next)) &&
        crypto::verifySign1(*statement, *head.resume);
    return good ? std::nullopt
                : std::optional<std::string>(
                      "the resume key of the generation before did not sign its beginning");
}

void checkOrigin(const LedgerCheck& ledger,
                 const GenerationSummary& generation,
                 bool confirmed,
                 OriginContext context) {
    if (!generation.opening) {
        return;
    }
    const OpeningRecord& opening = *generation.opening;
    checkCertificate(opening, context);
    checkRegistration(generation.number, opening, context);
    if (opening.rollback) {
        context.problems.add(Verdict::Incomplete,
                             opening.place,
                             "the recorder found another state on its card than its keystore knew");
    }
    checkNamedHead(ledger, generation, confirmed, context);
}

}  // namespace liuhen::evidence
