// SPDX-License-Identifier: Apache-2.0
// The list of matters out of a file with the columns in which bureaus publish it.
#pragma once

#include "dock/register/bodies.hpp"

#include <string>
#include <vector>

namespace liuhen::registry {

/// What is wrong with a file, where.
struct CsvProblem {
    std::size_t line = 0;  // from 1; 0: of the file as a whole
    std::string column;    // its heading; "" for the whole line
    std::string zh;
    /// "第 3 行“记录方式”：…"
    [[nodiscard]] std::string sentence() const;
};

struct MattersFile {
    std::vector<Matter> rows;          // empty if there is a problem
    std::vector<CsvProblem> problems;  // all that were found, at most 100
};

/// The headings, in the order in which bureaus publish them; a file may have them in another.
[[nodiscard]] const std::vector<std::string>& matterHeadings();

/// Reads a file. 序号, 执法类别, 执法环节, 记录方式, 开始记录时间 and 结束记录时间 must be given in
/// each row; 序号 stands once. 记录方式 is made of 拍照, 录音, 录像; 全程 in it or in 记录过程
/// makes the matter `full`.
[[nodiscard]] MattersFile readMatters(core::ByteView bytes);

}  // namespace liuhen::registry
