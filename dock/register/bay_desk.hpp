// SPDX-License-Identifier: Apache-2.0
// Hand-out at a bay, without a custodian: officers show a card, or a work number and a PIN.
#pragma once

#include "dock/register/register.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace liuhen::registry {

/// What somebody shows: the number of a card as its reader gives it, or else the other two.
struct Shown {
    std::string card;
    std::string workNumber;
    std::string pin;
};

/// So many wrong PINs of one officer within this time, and theirs counts no more until it is over.
inline constexpr std::size_t kMostWrongPins = 5;
inline constexpr std::int64_t kPinLockUs = std::int64_t{15} * 60 * 1'000'000;

/// What is asked for at a bay; who asks is the one who wears it.
struct BayOrder {
    std::string bay;
    std::string device;  // the one that sits in this bay
    Shown wearer;
    std::vector<Shown> companions;  // each shows who they are
    std::vector<std::string> matters;
    std::string place;
    std::int64_t fromUs = 0;
    std::int64_t untilUs = 0;
};

/// How PINs are hashed and compared: Argon2id. `matches` costs the same for an empty hash, and
/// answers no.
struct PinHashing {
    std::function<Result<std::string>(std::string_view pin)> hash;
    std::function<Result<bool>(std::string_view pin, const std::string& hash)> matches;
};

/// Thread-safe as the register is.
class BayDesk {
public:
    /// What is given must outlive it.
    BayDesk(Register& records, Signer signer, PinHashing hashing)
        : records_(records), signer_(signer), hashing_(std::move(hashing)) {}

    /// Gives an officer a card, a PIN of 6 to 12 digits, or both; what is not given is taken away.
    [[nodiscard]] Result<Entered> setCredential(const Person& person,
                                                std::string_view card,
                                                std::string_view pin,
                                                const Person& by);
    /// Hands out; the register's rules hold as at the desk. No sentence names anybody who has not
    /// just shown who they are.
    [[nodiscard]] Result<HandedOut> handOut(const BayOrder& order);
    /// Takes back, undamaged, what sits in this bay. Any officer may bring it.
    [[nodiscard]] Result<Entered> takeBack(const std::string& bay,
                                           const std::string& device,
                                           const Shown& who);

    /// Who shows this. A wrong PIN is entered, so that it is counted.
    [[nodiscard]] Result<std::variant<Person, Refusal>> identify(const std::string& bay,
                                                                 const Shown& shown);

private:
    [[nodiscard]] Result<std::variant<Person, Refusal>> byPin(const std::string& bay,
                                                              const Shown& shown);
    /// Whether this bay's newest sight of a recorder is this one.
    [[nodiscard]] Result<std::optional<Refusal>> judgeInBay(const std::string& bay,
                                                            const std::string& device);

    Register& records_;
    Signer signer_;
    PinHashing hashing_;
    std::mutex pins_;  // one PIN after the other: many at once are no more tries than a few
};

/// The "no" to whoever asks for what does not sit in the bay.
[[nodiscard]] Refusal notInBay(const std::string& bay, const std::string& device);
/// Whether a refusal says that nobody is known by what was shown, or that it counts no more.
[[nodiscard]] bool isUnknown(const Refusal& refusal);

/// SHA-256 of a card's number, in hex: what the register keeps of it.
[[nodiscard]] std::string cardMark(std::string_view card);

}  // namespace liuhen::registry
