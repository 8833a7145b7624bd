// SPDX-License-Identifier: Apache-2.0
// Reading of the list of matters, problem by problem.
#include "dock/register/matters_csv.hpp"

#include "dock/register/csv.hpp"
#include "dock/register/fields.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace liuhen::registry {

namespace {

constexpr std::size_t kMostProblems = 100;

struct Column {
    std::string_view heading;
    std::string Matter::*member;
    bool needed;
};
constexpr std::array<Column, 11> kColumns = {{{"序号", &Matter::number, true},
                                              {"执法类别", &Matter::category, true},
                                              {"执法环节", &Matter::step, true},
                                              {"记录方式", &Matter::manner, true},
                                              {"记录场合", &Matter::occasion, false},
                                              {"记录内容", &Matter::content, false},
                                              {"开始记录时间", &Matter::start, true},
                                              {"记录过程", &Matter::process, false},
                                              {"结束记录时间", &Matter::end, true},
                                              {"记录部门", &Matter::department, false},
                                              {"记录人员", &Matter::people, false}}};
constexpr std::string_view kFull = "全程";

/// Blanks, the wide one included, around a cell's text.
std::string trimmed(std::string_view text) {
    constexpr std::string_view kWide = "\xE3\x80\x80";
    for (bool more = true; more;) {
        more = false;
        for (const std::string_view blank : {std::string_view(" "),
                                             std::string_view("\t"),
                                             std::string_view("\r"),
                                             std::string_view("\n"),
                                             kWide}) {
            if (text.starts_with(blank)) {
                text.remove_prefix(blank.size());
                more = true;
            }
            if (text.ends_with(blank)) {
                text.remove_suffix(blank.size());
                more = true;
            }
        }
    }
    return std::string(text);
}

bool isControl(char letter) {
    return static_cast<unsigned char>(letter) < 0x20 && letter != '\n' && letter != '\r' &&
           letter != '\t';
}

/// Whether a manner names 拍照, 录音 or 录像, and holds nothing but these and what joins them.
bool isManner(std::string_view text) {
    constexpr std::array<std::string_view, 3> kManners = {"拍照", "录音", "录像"};
    constexpr std::array<std::string_view, 18> kBetween = {"全程",
                                                           "或者",
                                                           "或",
                                                           "和",
                                                           "及",
                                                           "、",
                                                           "，",
                                                           "（",
                                                           "）",
                                                           ",",
                                                           ";",
                                                           "；",
                                                           "(",
                                                           ")",
                                                           "/",
                                                           " ",
                                                           "+",
                                                           "\n"};
    bool any = false;
    while (!text.empty()) {
        const auto begins = [&text](std::string_view part) { return text.starts_with(part); };
        const auto manner = std::find_if(kManners.begin(), kManners.end(), begins);
        const auto between = std::find_if(kBetween.begin(), kBetween.end(), begins);
        if (manner != kManners.end()) {
            any = true;
            text.remove_prefix(manner->size());
        } else if (between != kBetween.end()) {
            text.remove_prefix(between->size());
        } else {
            return false;
        }
    }
    return any;
}

class Import {
public:
    explicit Import(core::ByteView bytes) : bytes_(bytes) {}

    MattersFile run() {
        auto records = parseCsv(bytes_);
        if (!records) {
            add(0, "", records.error().message);
            return finish();
        }
        if (records->empty()) {
            add(0, "", "文件是空的。");
            return finish();
        }
        if (readHeadings(records->front())) {
            for (std::size_t i = 1; i < records->size(); ++i) {
                readRow((*records)[i]);
            }
            if (records->size() == 1) {
                add(0, "", "只有标题行，没有任何事项。");
            }
        }
        return finish();
    }

private:
    void add(std::size_t line, std::string_view column, std::string zh) {
        if (file_.problems.size() < kMostProblems) {
            file_.problems.push_back({line, std::string(column), std::move(zh)});
        }
    }
    MattersFile finish() {
        if (!file_.problems.empty()) {
            file_.rows.clear();
        }
        return std::move(file_);
    }

    bool readHeadings(const CsvRecord& first) {
        for (const std::string& cell : first.fields) {
            const std::string heading = trimmed(cell);
            const auto known = std::find_if(kColumns.begin(), kColumns.end(), [&](const auto& one) {
                return one.heading == heading;
            });
            const Column* column = known == kColumns.end() ? nullptr : &*known;
            if (column == nullptr) {
                add(first.line, heading, "不是清单的标题。");
            } else if (std::find(order_.begin(), order_.end(), column) != order_.end()) {
                add(first.line, heading, "标题重复。");
            }
            order_.push_back(column);
        }
        for (const Column& column : kColumns) {
            if (std::find(order_.begin(), order_.end(), &column) == order_.end()) {
                add(first.line, column.heading, "缺少这一列。");
            }
        }
        return file_.problems.empty();
    }

    void readRow(const CsvRecord& record) {
        if (record.fields.size() != order_.size()) {
            add(record.line,
                "",
                fmt::format("有 {} 格，标题行有 {} 格。", record.fields.size(), order_.size()));
            return;
        }
        Matter matter;
        for (std::size_t i = 0; i < order_.size(); ++i) {
            const Column& column = *order_[i];
            std::string text = trimmed(record.fields[i]);
            const std::size_t limit = column.member == &Matter::number ? kIdBytes : kNameBytes;
            if (text.empty() && column.needed) {
                add(record.line, column.heading, "没有填写。");
            } else if (text.size() > limit) {
                add(record.line, column.heading, fmt::format("太长，最多 {} 字节。", limit));
            } else if (std::any_of(text.begin(), text.end(), isControl)) {
                add(record.line, column.heading, "含有控制字符。");
            }
            matter.*column.member = std::move(text);
        }
        if (!matter.manner.empty() && !isManner(matter.manner)) {
            add(record.line,
                "记录方式",
                fmt::format("“{}”不是由拍照、录音、录像组成的。", matter.manner));
        }
        const auto [before, isNew] = lines_.emplace(matter.number, record.line);
        if (!matter.number.empty() && !isNew) {
            add(record.line,
                "序号",
                fmt::format("“{}”与第 {} 行重复。", matter.number, before->second));
        }
        matter.full = matter.manner.find(kFull) != std::string::npos ||
                      matter.process.find(kFull) != std::string::npos;
        file_.rows.push_back(std::move(matter));
    }

    core::ByteView bytes_;
    std::vector<const Column*> order_;
    std::map<std::string, std::size_t> lines_;  // by number
    MattersFile file_;
};

}  // namespace

std::string CsvProblem::sentence() const {
    if (line == 0) {
        return zh;
    }
    return column.empty() ? fmt::format("第 {} 行：{}", line, zh)
                          : fmt::format("第 {} 行“{}”：{}", line, column, zh);
}

const std::vector<std::string>& matterHeadings() {
    static const std::vector<std::string> kHeadings = [] {
        std::vector<std::string> headings;
        for (const Column& column : kColumns) {
            headings.emplace_back(column.heading);
        }
        return headings;
    }();
    return kHeadings;
}

MattersFile readMatters(core::ByteView bytes) {
    return Import(bytes).run();
}

}  // namespace liuhen::registry
