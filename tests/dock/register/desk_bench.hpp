// SPDX-License-Identifier: Apache-2.0
// A small bureau's register for tests: a unit, three officers, a recorder ready to go out.
#pragma once

#include "common/crypto/certificate.hpp"
#include "common/evidence/assignment.hpp"
#include "dock/register/register.hpp"
#include "tests/hal/temporary_folder.hpp"

#include <memory>
#include <string>

#include <doctest/doctest.h>

namespace liuhen::registry::test {

inline constexpr std::int64_t kSecond = 1'000'000;
inline constexpr std::int64_t kHour = 3600 * kSecond;
/// 2026-11-24 08:00 in China.
inline constexpr std::int64_t kMorning = 1'795'478'400 * kSecond;

template <class T>
T must(Result<T> result) {
    if (!result) {
        FAIL(result.error().message);
    }
    return *std::move(result);
}
inline void must(const Result<void>& result) {
    if (!result) {
        FAIL(result.error().message);
    }
}

inline Person personOf(std::uint8_t number) {
    Person person{};
    person.fill(number);
    return person;
}
inline const Person kWang = personOf(1);  // has a licence
inline const Person kLi = personOf(2);    // has a licence
inline const Person kZhao = personOf(3);  // keeps the devices; has no licence
inline const Person kSun = personOf(4);   // has left
inline const Person kNobody = personOf(9);
inline constexpr const char* kDevice = "LH-000001";

inline Matter matterOf(std::string number, std::string category, std::string step) {
    Matter matter;
    matter.number = std::move(number);
    matter.category = std::move(category);
    matter.step = std::move(step);
    matter.manner = "录音录像";
    matter.start = "进入现场时";
    matter.end = "离开现场时";
    return matter;
}

class DeskBench {
public:
    DeskBench() { reopen(); }

    /// As after a restart: the view is made from the file alone.
    void reopen() {
        records_.reset();
        records_ = must(Register::open(folder.path(), clock));
    }
    Register& records() { return *records_; }

    template <class Body>
    void enter(const Body& body, const Person& by = kZhao) {
        const Entered entered = must(records().enter(body, by));
        if (entered.refusal) {
            FAIL(entered.refusal->en);
        }
    }
    /// The code of the refusal; "" if it was entered.
    template <class Body>
    std::string refused(const Body& body, const Person& by = kZhao) {
        const Entered entered = must(records().enter(body, by));
        CHECK(entered.refusal.has_value() == (entered.event == 0));
        return told(entered);
    }
    std::string told(const Entered& entered) {
        if (!entered.refusal) {
            return "";
        }
        // Whatever is refused tells people what, and what to do.
        CHECK(entered.refusal->zh.ends_with("。"));
        CHECK(entered.refusal->action.ends_with("。"));
        CHECK_FALSE(entered.refusal->en.empty());
        return entered.refusal->code;
    }

    /// People, unit, list; the recorder is registered, enrolled and has passed its self check.
    void prepare() {
        enter(Unit{"SC", "市场监管综合行政执法大队", false}, kDock);
        enter(Officer{kWang, "王芳", "SC", "4711", "豫G0001", false}, kDock);
        enter(Officer{kLi, "李强", "SC", "4712", "豫G0002", false}, kDock);
        enter(Officer{kZhao, "赵敏", "SC", "4713", "", false}, kDock);
        enter(Officer{kSun, "孙磊", "SC", "4714", "豫G0004", false}, kDock);
        enter(Officer{kSun, "孙磊", "SC", "4714", "豫G0004", true}, kDock);
        MattersList list;
        list.version = "2026";
        list.fromUs = kMorning - 24 * kHour;
        list.rows = {matterOf("1", "行政处罚", "现场检查"), matterOf("2", "行政强制", "查封扣押")};
        list.rows[1].full = true;
        enter(list);
        enter(DeviceBody{kDevice, "LH-1", "ZC-88", "SC"});
        enter(Enrolment{kDevice, kWang});
        enter(seen(true), kDock);
    }
    static Seen seen(bool passed) {
        SelfCheck check{passed, "power_on", {}, kMorning};
        if (!passed) {
            check.failed = {"microphone", "clock"};
        }
        return Seen{kDevice, "bay-1", 3, "0.1.0", check};
    }
    static HandoutOrder order() {
        HandoutOrder order;
        order.device = kDevice;
        order.wearer = kWang;
        order.companions = {kLi};
        order.matters = {"1", "2"};
        order.place = "城关镇农贸市场";
        order.fromUs = kMorning;
        order.untilUs = kMorning + 8 * kHour;
        return order;
    }
    HandedOut handOut(const HandoutOrder& order, const Person& by = kZhao) {
        return must(records().handOut(order, by, Signer{key, certificate}));
    }
    std::string refusedOut(const HandoutOrder& order, const Person& by = kZhao) {
        const HandedOut out = handOut(order, by);
        CHECK(out.number.empty() == out.entered.refusal.has_value());
        return told(out.entered);
    }
    void wait(std::int64_t us) { clock.advance(core::Microseconds(us)); }
    [[nodiscard]] std::int64_t now() const { return clock.utc().count(); }

    hal::test::TemporaryFolder folder;
    core::ManualClock clock{core::Nanoseconds(0), core::Microseconds(kMorning)};
    crypto::Authority agency =
        must(crypto::Authority::create("Test", 1, core::Microseconds(kMorning)));
    crypto::PrivateKey key = crypto::PrivateKey::generate();
    core::Buffer certificate =
        must(agency.certify(
                 key.publicKey(), crypto::Role::Dock, "dock-1", 1, core::Microseconds(kMorning)))
            .der();

private:
    std::unique_ptr<Register> records_;
};

}  // namespace liuhen::registry::test
