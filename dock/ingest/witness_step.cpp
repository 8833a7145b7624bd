// SPDX-License-Identifier: Apache-2.0
// The witness's step, from the dock's side.
#include "dock/ingest/witness_step.hpp"

#include "common/core/log.hpp"
#include "common/crypto/certificate.hpp"
#include "common/tlog/checkpoint.hpp"

#include <fmt/format.h>

namespace liuhen::ingest {

using core::ErrorKind;

namespace {

/// What the recorder remembers of the log.
struct Remembered {
    std::uint64_t size = 0;
    bool genuine = false;  // signed by the log's own key: then a refusal proves a second history
};

Result<Remembered> readRemembered(const std::string& note,
                                  const std::string& origin,
                                  core::ByteView certificateDer) {
    LIUHEN_TRY(const auto parsed, tlog::parseCheckpoint(note));
    if (parsed.checkpoint.origin != origin) {
        return core::fail(ErrorKind::DataLoss, "it is of another log");
    }
    LIUHEN_TRY(const auto certificate, crypto::Certificate::fromDer(certificateDer));
    LIUHEN_TRY(const auto key, certificate.noteKey());
    return Remembered{parsed.checkpoint.size, tlog::verifySignature(parsed.note, origin, key)};
}

Witnessed refuse(Session& session, const Remembered& remembered, const core::Error& error) {
    const std::string detail =
        fmt::format("{}. The recorder remembers {} leaves; that note is {} by this log's key.",
                    error.message,
                    remembered.size,
                    remembered.genuine ? "signed" : "not signed");
    core::log(core::LogLevel::Error,
              "ingest",
              fmt::format("ALARM: {} refused the custody log: {}", session.device(), detail));
    session.incidents.note(session.feed, "checkpoint.refused", session.device(), detail);
    session.outcome.reason = "the recorder says that the custody log was rewritten: " + detail;
    return Witnessed::Refused;
}

}  // namespace

Result<Witnessed> showCheckpoint(Session& session, const DeviceState& state) {
    LIUHEN_TRY(vault::Client * vault, session.feed.client());
    LIUHEN_TRY(const vault::Hello hello, vault->hello());
    Remembered remembered;
    if (const auto held = state.checkpoints.find(hello.origin); held != state.checkpoints.end()) {
        auto read = readRemembered(held->second, hello.origin, hello.checkpointCertificate);
        if (!read) {
            return core::failWith(
                core::Error{ErrorKind::DataLoss, read.error().message},
                fmt::format("read the checkpoint that {} remembers", session.device()));
        }
        remembered = *read;
    }
    // A log shorter than what is remembered has no proof; the recorder is asked all the same, since
    // its answer is what goes into the incident.
    const bool longer = remembered.size > hello.logSize;
    LIUHEN_TRY(const vault::CheckpointAnswer newest,
               vault->checkpoint(longer ? 0 : remembered.size));
    const auto line = session.link.showCheckpoint(newest.note, newest.certificate, newest.path);
    if (!line && line.error().kind == ErrorKind::FailedPrecondition) {
        return refuse(session, remembered, line.error());
    }
    if (!line) {
        return tl::make_unexpected(line.error());
    }
    LIUHEN_TRY(const vault::CosignedAnswer added, vault->cosigned(*line));
    if (!added.added) {
        core::log(core::LogLevel::Info,
                  "ingest",
                  fmt::format("{}: cosignature not published: {}", session.device(), added.reason));
    }
    return Witnessed::Yes;
}

}  // namespace liuhen::ingest
