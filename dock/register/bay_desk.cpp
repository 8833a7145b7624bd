// SPDX-License-Identifier: Apache-2.0
// Who stands at the bay, and what they take or bring.
#include "dock/register/bay_desk.hpp"

#include "common/crypto/digest.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

constexpr std::size_t kLeastDigits = 6;
constexpr std::size_t kMostDigits = 12;

bool isPin(std::string_view pin) {
    return pin.size() >= kLeastDigits && pin.size() <= kMostDigits &&
           pin.find_first_not_of("0123456789") == std::string_view::npos &&
           pin.find_first_not_of(pin.front()) != std::string_view::npos;
}

Refusal unknown() {
    return {"credential_wrong",
            "卡片未登记，或工号与 PIN 不符。",
            "the card is not known, or work number and PIN do not belong together",
            "请重试，或请资料设备管理员登记卡片、重设 PIN。"};
}

/// As the register says it, without who has it: the screen at a bay tells nobody's name.
Refusal stillOut(const std::string& device) {
    return {"device_out",
            fmt::format("执法记录仪 {} 已领用，尚未归还。", device),
            fmt::format("recorder {} is out", device),
            "请先归还，再办理领用。"};
}

}  // namespace

Refusal notInBay(const std::string& bay, const std::string& device) {
    return {"not_in_bay",
            fmt::format("采集口 {} 没有执法记录仪 {}。", bay, device),
            fmt::format("{} is not in bay {}", device, bay),
            "请将执法记录仪放入采集口，开机后重试。"};
}

bool isUnknown(const Refusal& refusal) {
    return refusal.code == "credential_wrong" || refusal.code == "pin_locked";
}

std::string cardMark(std::string_view card) {
    return core::toHex(crypto::sha256(core::viewOf(card)));
}

Result<Entered> BayDesk::setCredential(const Person& person,
                                       std::string_view card,
                                       std::string_view pin,
                                       const Person& by) {
    Credential body{person, std::nullopt, std::nullopt};
    if (!card.empty()) {
        body.card = cardMark(card);
    }
    if (!pin.empty() && !isPin(pin)) {
        return Entered{0,
                       Refusal{"pin_malformed",
                               "PIN 应为 6 至 12 位数字，且不能全部相同。",
                               "a PIN has 6 to 12 digits, not all the same",
                               "请另设 PIN。"}};
    }
    if (!pin.empty()) {
        LIUHEN_TRY(body.pin, hashing_.hash(pin));
    }
    return records_.enter(body, by);
}

Result<std::variant<Person, Refusal>> BayDesk::byPin(const std::string& bay, const Shown& shown) {
    const std::scoped_lock guard(pins_);
    std::optional<Person> person;
    std::string hash;
    bool locked = false;
    LIUHEN_CHECK(records_.look([&](const View& view) {
        const Officer* officer = view.officerByWorkNumber(shown.workNumber);
        const Credential* known = officer == nullptr ? nullptr : view.credential(officer->person);
        if (known != nullptr && known->pin) {
            person = officer->person;
            hash = *known->pin;
            locked = view.wrongPins(*person, records_.nowUs() - kPinLockUs) >= kMostWrongPins;
        }
    }));
    if (locked) {
        return Refusal{"pin_locked",
                       "PIN 连续输错，已暂时锁定。",
                       "too many wrong PINs",
                       "请 15 分钟后重试，或刷卡领用。"};
    }
    LIUHEN_TRY(const bool matches, hashing_.matches(shown.pin, hash));
    if (matches && person) {
        return *person;
    }
    if (person) {
        LIUHEN_TRY(const Entered noted, records_.enter(WrongPin{*person, bay}, kDock));
        static_cast<void>(noted);
    }
    return unknown();
}

Result<std::variant<Person, Refusal>> BayDesk::identify(const std::string& bay,
                                                        const Shown& shown) {
    if (shown.card.empty()) {
        return byPin(bay, shown);
    }
    std::variant<Person, Refusal> who = unknown();
    const std::string mark = cardMark(shown.card);
    LIUHEN_CHECK(records_.look([&](const View& view) {
        for (const auto& [person, credential] : view.credentials()) {
            const Officer* officer = view.officer(person);
            if (credential.card == mark && officer != nullptr && !officer->closed) {
                who = person;
            }
        }
    }));
    return who;
}

Result<std::optional<Refusal>> BayDesk::judgeInBay(const std::string& bay,
                                                   const std::string& device) {
    bool there = false;
    LIUHEN_CHECK(records_.look([&](const View& view) {
        const Device* known = view.device(device);
        there = known != nullptr && known->seen && known->seen->bay == bay;
    }));
    if (there) {
        return std::optional<Refusal>();
    }
    return std::optional<Refusal>(notInBay(bay, device));
}

Result<HandedOut> BayDesk::handOut(const BayOrder& order) {
    LIUHEN_TRY(auto elsewhere, judgeInBay(order.bay, order.device));
    if (elsewhere) {
        return HandedOut{{0, std::move(elsewhere)}, ""};
    }
    HandoutOrder wanted;
    wanted.device = order.device;
    wanted.matters = order.matters;
    wanted.place = order.place;
    wanted.fromUs = order.fromUs;
    wanted.untilUs = order.untilUs;
    LIUHEN_TRY(auto wearer, identify(order.bay, order.wearer));
    if (auto* refusal = std::get_if<Refusal>(&wearer)) {
        return HandedOut{{0, std::move(*refusal)}, ""};
    }
    wanted.wearer = std::get<Person>(wearer);
    for (const Shown& shown : order.companions) {
        LIUHEN_TRY(auto companion, identify(order.bay, shown));
        if (auto* refusal = std::get_if<Refusal>(&companion)) {
            return HandedOut{{0, std::move(*refusal)}, ""};
        }
        wanted.companions.push_back(std::get<Person>(companion));
    }
    LIUHEN_TRY(HandedOut out, records_.handOut(wanted, wanted.wearer, signer_));
    if (out.entered.refusal && out.entered.refusal->code == "device_out") {
        out.entered.refusal = stillOut(order.device);
    }
    return out;
}

Result<Entered> BayDesk::takeBack(const std::string& bay,
                                  const std::string& device,
                                  const Shown& who) {
    LIUHEN_TRY(auto elsewhere, judgeInBay(bay, device));
    if (elsewhere) {
        return Entered{0, std::move(elsewhere)};
    }
    LIUHEN_TRY(auto officer, identify(bay, who));
    if (auto* refusal = std::get_if<Refusal>(&officer)) {
        return Entered{0, std::move(*refusal)};
    }
    std::string number;
    LIUHEN_CHECK(records_.look([&](const View& view) {
        const NotedHandout* open = view.openHandout(device);
        number = open == nullptr ? "" : open->body.number;
    }));
    if (number.empty()) {
        return Entered{0,
                       Refusal{"handout_unknown",
                               fmt::format("执法记录仪 {} 没有领用，无须归还。", device),
                               fmt::format("recorder {} is not out", device),
                               "请核对采集口。"}};
    }
    return records_.enter(Return{number, true, ""}, std::get<Person>(officer));
}

}  // namespace liuhen::registry
