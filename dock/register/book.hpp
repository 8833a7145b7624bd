// SPDX-License-Identifier: Apache-2.0
// The custody book of recorders (台账): what went out, with whom, and came back.
#pragma once

#include "dock/register/view.hpp"

#include <optional>
#include <string>
#include <vector>

namespace liuhen::registry {

/// For which time the register is evaluated.
struct When {
    std::int64_t us = 0;
    /// Only what had been entered by then counts. Without it all that stands now does, whatever the
    /// dock's clock said when it was entered.
    bool past = false;
};

/// How a hand-out stands at some time.
enum class HandoutState { Out, Overdue, Returned, Lost };
/// "out" and so on.
[[nodiscard]] std::string_view name(HandoutState state);
/// 使用中, 超期未还, 已归还, 已挂失.
[[nodiscard]] std::string_view nameZh(HandoutState state);
[[nodiscard]] HandoutState stateAt(const NotedHandout& handout, const When& when);

/// A line of the book, all of it as people read it.
struct BookLine {
    std::string number;
    std::string device;
    HandoutState state = HandoutState::Out;
    std::string wearer;      // name, work number, licence number
    std::string companions;  // likewise, with 、 between
    std::string matters;
    std::string place;
    std::string handedOut;  // local time
    std::string until;
    std::string handedOutBy;
    std::string delivery;   // 已写入, 待写入, 被拒绝：…
    std::string handovers;  // 10:30 王芳→李强（待确认）
    std::string returned;   // local time; "" if it is not back
    std::string returnedBy;
    std::string remark;
};

/// Hand-outs, the newest first, as they stand or stood.
[[nodiscard]] std::vector<BookLine> book(const View& view, const When& when);
/// Those of them that were overdue, the longest first.
[[nodiscard]] std::vector<const NotedHandout*> overdue(const View& view, const When& when);

/// As a spreadsheet takes it: headings, then a line each (csv.hpp).
[[nodiscard]] std::string bookCsv(const std::vector<BookLine>& lines);
/// To be read on a terminal or printed.
[[nodiscard]] std::string bookText(const std::vector<BookLine>& lines);

}  // namespace liuhen::registry
