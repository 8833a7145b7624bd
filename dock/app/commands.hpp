// SPDX-License-Identifier: Apache-2.0
// The commands of `liuhen-dock`; each answers the program's exit code.
#pragma once

#include "dock/app/config.hpp"
#include "dock/vault/types.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <vector>

namespace liuhen::dock {

struct InitOptions {
    std::string folder;  // of the whole: dock/ and vault/ are made in it
    std::string agency;
    std::vector<std::string> recorders;  // HOST:PORT, a bay each
    std::string web;                     // the page's origin; "": no page
    std::string ui;                      // folder of the built page
};
/// Makes folders, `dock/dock.toml` and `dock/vault.toml` from the keys that `liuhen enroll dock`
/// wrote to `dock/keys`. Errors: AlreadyExists if a configuration is there; NotFound if a key is
/// missing.
[[nodiscard]] core::Result<int> init(core::Files& files, const InitOptions& options);

struct RunOptions {
    bool once = false;
};
/// Takes in recorders until `stop` is set; with `once` until every bay has ended once. Answers 0 if
/// all that was there is receipted, intact and acknowledged, else 1.
[[nodiscard]] core::Result<int> run(core::Files& files,
                                    const Config& config,
                                    const RunOptions& options,
                                    const std::atomic<bool>& stop);

/// Holds the catalogue against the vault. Answers 0, or 1 with the broken invariants named.
[[nodiscard]] core::Result<int> check(const Config& config);

/// Makes the catalogue anew from the vault's log and objects, with dock and vault stopped; the one
/// before stays beside it. Answers 0, or 1 with the objects named that could not be entered.
/// Errors: DataLoss if the log itself is damaged; AlreadyExists, Unavailable while either runs.
[[nodiscard]] core::Result<int> rebuild(core::Files& files, const Config& config);

/// The request for a witness that no network reaches, on standard output.
[[nodiscard]] core::Result<int> witnessRequest(core::Files& files,
                                               const Config& config,
                                               const std::string& name);
/// Takes a witness's answer from standard input: 0 if the vault keeps its cosignature now, else 1.
[[nodiscard]] core::Result<int> witnessAnswer(core::Files& files,
                                              const Config& config,
                                              const std::string& name);

struct AccountOptions {
    std::string workNumber;
    std::string name;
    std::string unit;
    std::string role;
    bool another = false;  // although there is one of this role
};
/// Makes an administrator's account and prints its first password, once. Errors: InvalidArgument;
/// FailedPrecondition if there is one of the role; AlreadyExists if the work number is taken.
[[nodiscard]] core::Result<int> accountMake(const Config& config, const AccountOptions& options);
/// Gives an administrator's account a new first password and prints it, once. A session that is
/// open stays so until it ends. Errors: NotFound unless it is an open administrator's.
[[nodiscard]] core::Result<int> accountReset(const Config& config, const AccountOptions& options);
/// Prints the page's routes and who may use them, as JSON.
[[nodiscard]] core::Result<int> printRoutes();

/// Presents what `liuhen enroll approver` or `liuhen dismiss` signed. Answers 0; errors: those of
/// the vault, which may refuse it.
[[nodiscard]] core::Result<int> appoint(core::Files& files,
                                        const Config& config,
                                        const std::string& path);

/// Who remembers the custody log, a line each, as the vault's status tells it. `nowSeconds`, since
/// 1970-01-01 UTC, is what ages are counted from.
[[nodiscard]] std::string witnessLines(const vault::Status& status, std::int64_t nowSeconds);

/// What was taken in, as `summary.json` has it; without a status, `log` is null there.
[[nodiscard]] std::string summaryJson(const std::vector<ingest::Outcome>& outcomes,
                                      const std::optional<vault::Status>& status);

}  // namespace liuhen::dock
