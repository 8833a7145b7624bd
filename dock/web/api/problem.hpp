// SPDX-License-Identifier: Apache-2.0
// What a request is refused with: one table of exact sentences, each with the one thing to do.
#pragma once

#include "common/net/http_types.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace liuhen::web {

/// Why a request is refused. The table in problem.cpp gives each a status, a code that stays, both
/// sentences and the page's one button.
enum class Problem : std::uint8_t {
    MalformedBody,
    TooLarge,
    WrongField,
    NotLoggedIn,
    MustEnrol,
    Forbidden,
    WrongCsrf,
    ForeignOrigin,
    NoSuchPath,
    NotFound,
    WrongMethod,
    WrongLogIn,
    FirstExpired,
    NotTerminal,
    WrongCode,
    TooMany,
    PasswordRule,
    SamePassword,
    WrongPassword,
    WrongTotp,
    TotpNotBegun,
    WorkNumberTaken,
    AccountClosed,
    OwnRoles,
    OwnAccount,
    AdministratorAlone,
    OtherAdministrator,
    LastAdministrator,
    ConsoleOnly,
    TooManyStreams,
    DecidedBefore,
    SelfApproval,
    NoKey,
    ForeignKey,
    WrongSignature,
    KeyDismissed,
    KeyNotYet,
    KeyExpired,
    OtherRequest,
    SignedBefore,
    SignedFirst,
    SignedOtherwise,
    NotEmergency,
    OwnReview,
    NoGrant,
    GrantOfOther,
    GrantForOther,
    GrantNotYet,
    GrantExpired,
    GrantEnded,
    GrantDismissed,
    GrantUsedUp,
    OutsideSpan,
    ViewOver,
    NotStored,
    NotPlayable,
    Damaged,
    NoEvidenceKey,
    TooManyViews,
    ImportOver,
    WrongPiece,
    NoRoom,
    NotKept,
    TooManyImports,
    LetterType,
    LetterTooLarge,
    LetterOver,
    TooManyLetters,
    LetterGone,
    LetterAltered,
    VaultAway,
    Internal,
};

/// The answer, in the schema Error of openapi.yaml. `field` names what is wrong, if something does;
/// `wait` goes into the sentence and into Retry-After.
[[nodiscard]] net::Response refusal(Problem problem,
                                    std::string_view field = {},
                                    std::chrono::seconds wait = {});
/// What an error of ours comes to: VaultAway if the vault was not reached, else Internal. The
/// error's text goes to the log, not to the client.
[[nodiscard]] net::Response refusalOf(const core::Error& error);
/// The body of refusal() alone.
[[nodiscard]] std::string problemText(Problem problem);

}  // namespace liuhen::web
