// SPDX-License-Identifier: Apache-2.0
// The commands of `liuhen`; each answers the program's exit code.
#pragma once

#include "common/core/files.hpp"
#include "common/crypto/keys.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::cli {

/// Exit codes of `verify`: intact, anything else, cannot tell.
inline constexpr int kIntact = 0;
inline constexpr int kNotIntact = 1;
inline constexpr int kCannotTell = 2;

struct VerifyOptions {
    std::string path;
    std::string trust;       // root.pem; "": found beside the recorder or vault
    std::string checkpoint;  // a signed note to hold a vault's log against
    std::string at;          // UTC time at which findings are judged, RFC 3339; "": now
    bool json = false;
};
[[nodiscard]] core::Result<int> verify(core::Files& files, const VerifyOptions& options);

struct LedgerOptions {
    std::string path;
    bool json = false;
    bool shift = false;
    std::string from;   // of the shift, as parseTime takes it; "": what the assignments say
    std::string until;  // exclusive
    bool utc = false;   // times are UTC and not +08:00
};
[[nodiscard]] core::Result<int> printLedger(core::Files& files, const LedgerOptions& options);
/// What the recorder did in each hour of a shift.
[[nodiscard]] core::Result<int> printShift(core::Files& files, const LedgerOptions& options);

struct EnrollOptions {
    std::string agency;
    std::string recorder;
    std::string dock;
    std::string name;  // of the agency, device or dock
};
[[nodiscard]] core::Result<int> enrollAgency(core::Files& files, const EnrollOptions& options);
[[nodiscard]] core::Result<int> enrollRecorder(core::Files& files, const EnrollOptions& options);
[[nodiscard]] core::Result<int> enrollGenesis(core::Files& files, const EnrollOptions& options);
[[nodiscard]] core::Result<int> enrollDock(core::Files& files, const EnrollOptions& options);
/// The certificate of a dock's page, for the host name `name` and localhost.
[[nodiscard]] core::Result<int> enrollWeb(core::Files& files, const EnrollOptions& options);

struct AssignmentOptions {
    std::string dock;  // its folder
    std::string device;
    std::string number;
    std::string from;
    std::string until;
    std::string wearer;
    std::string place;
    std::vector<std::string> with;
    std::vector<std::string> matters;
    std::string out;
};
/// Signs an assignment with a dock's key.
[[nodiscard]] core::Result<int> enrollAssignment(core::Files& files,
                                                 const AssignmentOptions& options);

struct ApproverOptions {
    std::string agency;
    std::string vault;  // the origin of its log
    std::string page;   // of an appointment: the file that the dock's page made
    std::vector<std::string> powers;
    std::string from;
    std::string until;
    std::string person;      // of a dismissal: hex
    std::string credential;  // base64url; "": all of the person's
    std::string at;          // "": now
    std::string out;
};
/// Signs who may approve what, with the agency's root key.
[[nodiscard]] core::Result<int> enrollApprover(core::Files& files, const ApproverOptions& options);
/// Signs that somebody may not any more.
[[nodiscard]] core::Result<int> dismiss(core::Files& files, const ApproverOptions& options);

struct OpenOptions {
    std::string path;
    std::string key;
    std::string out;
};
/// Clear copies of segments, and names.json; 1 if a part or a name stays closed.
[[nodiscard]] core::Result<int> openFootage(core::Files& files, const OpenOptions& options);
/// Names and places of a recorder's or card's entries into `out`/names.json, if there are any.
/// Answers whether all could be read with this key.
[[nodiscard]] core::Result<bool> openNames(core::Files& files,
                                           const std::string& path,
                                           const crypto::PrivateKey& key,
                                           const std::string& out);

struct WitnessOptions {
    std::string config;
    std::string request;  // of sign: a file
    std::string folder;   // of init
    std::string name;
    std::vector<std::string> logs;
};
/// Makes a witness's folder and prints its verifier key.
[[nodiscard]] core::Result<int> witnessInit(core::Files& files, const WitnessOptions& options);
/// Answers docks over HTTP until SIGTERM.
[[nodiscard]] core::Result<int> witnessRun(core::Files& files, const WitnessOptions& options);
/// Answers one request from a file on standard output, as it would over HTTP: 0 if cosigned, 1 if
/// refused.
[[nodiscard]] core::Result<int> witnessSign(core::Files& files, const WitnessOptions& options);

/// Becomes liuhen-bench, which lies beside this program; answers only if that fails.
[[nodiscard]] core::Result<int> bench(const std::vector<std::string>& arguments);

/// Prints an error with what to do next and answers the exit code of its kind.
[[nodiscard]] int failure(const core::Error& error);

}  // namespace liuhen::cli
