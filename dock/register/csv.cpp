// SPDX-License-Identifier: Apache-2.0
// Reading and writing of CSV.
#include "dock/register/csv.hpp"

#include "common/core/utf8.hpp"

#include <utility>

#include <fmt/format.h>

namespace liuhen::registry {

using core::ErrorKind;
using core::fail;
using core::Result;

namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    Result<std::vector<CsvRecord>> run() {
        std::vector<CsvRecord> records;
        while (at_ < text_.size()) {
            LIUHEN_TRY(CsvRecord record, record_());
            const bool empty = record.fields.size() == 1 && record.fields.front().empty();
            if (empty) {
                continue;
            }
            if (records.size() == kMostCsvRecords) {
                return wrong(fmt::format("超过 {} 行", kMostCsvRecords));
            }
            records.push_back(std::move(record));
        }
        return records;
    }

private:
    tl::unexpected<core::Error> wrong(std::string_view why) const {
        return fail(ErrorKind::InvalidArgument, fmt::format("第 {} 行：{}", line_, why));
    }
    [[nodiscard]] bool is(char letter) const { return at_ < text_.size() && text_[at_] == letter; }

    /// Whether the record ends here; takes its end.
    bool end() {
        if (at_ == text_.size()) {
            return true;
        }
        const std::size_t begin = at_;
        at_ += is('\r') ? 1 : 0;
        if (is('\n')) {
            ++at_;
            ++line_;
            return true;
        }
        at_ = begin;
        return false;
    }

    Result<std::string> quoted() {
        std::string field;
        const std::size_t first = line_;
        for (++at_;;) {
            if (at_ == text_.size()) {
                line_ = first;
                return wrong("引号没有结束");
            }
            const char letter = text_[at_++];
            line_ += letter == '\n' ? 1 : 0;
            if (letter != '"') {
                field.push_back(letter);
            } else if (is('"')) {
                field.push_back(text_[at_++]);
            } else {
                return field;
            }
        }
    }

    Result<std::string> field() {
        if (is('"')) {
            return quoted();
        }
        std::string field;
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' &&
               text_[at_] != '\r') {
            if (text_[at_] == '"') {
                return wrong("引号应包住整格内容");
            }
            field.push_back(text_[at_++]);
        }
        return field;
    }

    Result<CsvRecord> record_() {
        CsvRecord record;
        record.line = line_;
        for (;;) {
            LIUHEN_TRY(std::string one, field());
            record.fields.push_back(std::move(one));
            if (record.fields.size() > kMostCsvFields) {
                return wrong(fmt::format("超过 {} 列", kMostCsvFields));
            }
            if (is(',')) {
                ++at_;
            } else if (end()) {
                return record;
            } else {
                return wrong("引号之后应为逗号或换行");
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRecord>> parseCsv(core::ByteView bytes) {
    if (bytes.size() > kMostCsvBytes) {
        return fail(ErrorKind::InvalidArgument,
                    fmt::format("文件太大：{} 字节，最多 {} 字节。", bytes.size(), kMostCsvBytes));
    }
    if (!core::isUtf8(bytes)) {
        return fail(ErrorKind::InvalidArgument,
                    "文件不是 UTF-8 编码。请在电子表格中另存为“CSV UTF-8（逗号分隔）”后重新导入。");
    }
    std::string_view text = core::textOf(bytes);
    if (text.starts_with(kCsvMark)) {
        text.remove_prefix(kCsvMark.size());
    }
    return Reader(text).run();
}

std::string csvLine(const std::vector<std::string>& fields) {
    constexpr std::string_view kFormula = "=+-@\t\r";
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        line += i > 0 ? "," : "";
        std::string field = fields[i];
        if (!field.empty() && kFormula.find(field.front()) != std::string_view::npos) {
            field.insert(field.begin(), '\'');
        }
        if (field.find_first_of(",\"\r\n") == std::string::npos) {
            line += field;
            continue;
        }
        line += '"';
        for (const char letter : field) {
            line += letter == '"' ? "\"\"" : std::string(1, letter);
        }
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace liuhen::registry
