// SPDX-License-Identifier: Apache-2.0
// CSV, and the list of matters out of it.
#include "dock/register/csv.hpp"

#include "dock/register/matters_csv.hpp"
#include "tests/dock/register/desk_bench.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/register/csv");

namespace liuhen::registry {

using namespace test;

namespace {

using Fields = std::vector<std::string>;

std::vector<Fields> parsed(std::string_view text) {
    std::vector<Fields> rows;
    for (const CsvRecord& record : must(parseCsv(core::viewOf(text)))) {
        rows.push_back(record.fields);
    }
    return rows;
}

constexpr std::string_view kHead =
    "序号,执法类别,执法环节,记录方式,记录场合,记录内容,开始记录时间,记录过程,结束记录时间,记录部门,"
    "记录人员\r\n";

std::vector<std::string> problemsOf(const std::string& text) {
    const MattersFile file = readMatters(core::viewOf(text));
    CHECK(file.rows.empty() == !file.problems.empty());
    std::vector<std::string> sentences;
    for (const CsvProblem& problem : file.problems) {
        sentences.push_back(problem.sentence());
    }
    return sentences;
}

}  // namespace

TEST_CASE("fields are read as RFC 4180 has them") {
    CHECK(parsed("a,b\r\nc,d\n") == std::vector<Fields>{{"a", "b"}, {"c", "d"}});
    CHECK(parsed("\xEF\xBB\xBF"
                 "a") == std::vector<Fields>{{"a"}});
    CHECK(parsed("\"a,\"\"b\"\"\nc\",d") == std::vector<Fields>{{"a,\"b\"\nc", "d"}});
    CHECK(parsed(",\n") == std::vector<Fields>{{"", ""}});
    CHECK(parsed("\n\na\n\n") == std::vector<Fields>{{"a"}});
    CHECK(parsed("").empty());
    const auto records = must(parseCsv(core::viewOf(std::string_view("\"1\n2\",x\nlast"))));
    REQUIRE(records.size() == 2);
    CHECK(records[1].line == 3);
}

TEST_CASE("what is no CSV is told with its line") {
    struct Row {
        std::string text;
        const char* message;
    };
    const Row rows[] = {{"a\n\"b", "第 2 行：引号没有结束"},
                        {"a\"b", "第 1 行：引号应包住整格内容"},
                        {"a\n\"b\"c", "第 2 行：引号之后应为逗号或换行"},
                        {"a\rb", "第 1 行：引号之后应为逗号或换行"},
                        {std::string(64, ','), "第 1 行：超过 64 列"}};
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto result = parseCsv(core::viewOf(row.text));
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().message == row.message);
    }
    const auto gbk = parseCsv(core::viewOf(std::string_view("\xD0\xF2\xBA\xC5,\n")));
    REQUIRE_FALSE(gbk.has_value());
    CHECK(gbk.error().message.find("CSV UTF-8") != std::string::npos);
    CHECK_FALSE(parseCsv(core::viewOf(std::string(kMostCsvBytes + 1, 'a'))).has_value());
    std::string many;
    for (std::size_t i = 0; i <= kMostCsvRecords; ++i) {
        many += "x\n";
    }
    CHECK_FALSE(parseCsv(core::viewOf(many)).has_value());
}

TEST_CASE("what is written is read back, and no cell becomes a formula") {
    const Fields fields = {"a,b", "say \"x\"", "two\nlines", "", "王芳"};
    CHECK(parsed(csvLine(fields)) == std::vector<Fields>{fields});
    CHECK(csvLine({"=1+1", "@x", "-2", "+3"}) == "'=1+1,'@x,'-2,'+3\r\n");
}

TEST_CASE("a published list becomes matters, columns in any order") {
    const std::string text =
        std::string(kHead) +
        "1,行政许可,接收受理材料,录音录像,办理窗口,受理,接收材料时,,作出是否受理时,许可科,"
        "窗口人员\r\n"
        "2,行政强制,查封扣押,录音录像（全程）,现场,,进入现场时,,离开现场时,,\r\n"
        " 3 ,行政处罚,现场检查、询问,拍照或录音录像,检查场所,,询问开始时,全程记录,询问完毕,,\r\n";
    const MattersFile file = readMatters(core::viewOf(text));
    REQUIRE(file.problems.empty());
    REQUIRE(file.rows.size() == 3);
    CHECK(file.rows[0].label() == "行政许可/接收受理材料");
    CHECK(file.rows[0].people == "窗口人员");
    CHECK_FALSE(file.rows[0].full);
    CHECK(file.rows[1].full);
    CHECK(file.rows[2].number == "3");
    CHECK(file.rows[2].full);
    const MattersFile turned = readMatters(
        core::viewOf(std::string_view("记录人员,记录部门,结束记录时间,记录过程,开始记录时间,"
                                      "记录内容,记录场合,记录方式,执法环节,执法类别,"
                                      "序号\n甲,乙,丙,丁,戊,己,庚,拍照,辛,壬,7\n")));
    REQUIRE(turned.problems.empty());
    CHECK(turned.rows[0].number == "7");
    CHECK(turned.rows[0].start == "戊");
    CHECK(turned.rows[0].end == "丙");
}

TEST_CASE("every problem of a list is told with row and column, and nothing is taken then") {
    CHECK(problemsOf("") == std::vector<std::string>{"文件是空的。"});
    CHECK(problemsOf(std::string(kHead)) == std::vector<std::string>{"只有标题行，没有任何事项。"});
    CHECK(problemsOf("序号,类别,序号\n")[0] == "第 1 行“类别”：不是清单的标题。");
    CHECK(problemsOf("序号,序号\n")[0] == "第 1 行“序号”：标题重复。");
    CHECK(problemsOf("序号\n")[0] == "第 1 行“执法类别”：缺少这一列。");
    const auto problems = problemsOf(std::string(kHead) +
                                     "1,甲,乙,录音录像,,,始,,终,,\n"
                                     "1,甲,,手写,,,,,终,,\n"
                                     "2,甲,乙\n"
                                     ",甲,乙,拍照,,,始,,终,,\n");
    CHECK(problems ==
          std::vector<std::string>{"第 3 行“执法环节”：没有填写。",
                                   "第 3 行“开始记录时间”：没有填写。",
                                   "第 3 行“记录方式”：“手写”不是由拍照、录音、录像组成的。",
                                   "第 3 行“序号”：“1”与第 2 行重复。",
                                   "第 4 行：有 3 格，标题行有 11 格。",
                                   "第 5 行“序号”：没有填写。"});
    const auto longCell =
        problemsOf(std::string(kHead) + "1,甲,乙,拍照,,," + std::string(257, 'x') + ",,终,,\n");
    CHECK(longCell == std::vector<std::string>{"第 2 行“开始记录时间”：太长，最多 256 字节。"});
    std::string many(kHead);
    for (int i = 0; i < 300; ++i) {
        many += "x\n";
    }
    CHECK(problemsOf(many).size() == 100);
}

TEST_CASE("a version of the list stays; the newest that has begun is in force") {
    DeskBench bench;
    bench.prepare();
    MattersList next;
    next.version = "2026";
    next.fromUs = kMorning;
    next.rows = {matterOf("1", "行政检查", "双随机")};
    CHECK(bench.refused(next) == "list_twice");
    next.version = "2027";
    next.fromUs = kMorning + kHour;
    bench.enter(next);
    MattersList none;
    none.version = "2028";
    CHECK(bench.refused(none) == "list_empty");
    must(bench.records().look([&](const View& view) {
        CHECK(view.listAt(kMorning)->version == "2026");
        CHECK(view.listAt(kMorning + kHour)->version == "2027");
        CHECK(view.listAt(kMorning - 48 * kHour) == nullptr);
        CHECK(view.list("2026")->rows[1].full);
    }));
    CHECK(bench.refusedOut(DeskBench::order()) == "");  // the old one still counts
}

}  // namespace liuhen::registry

TEST_SUITE_END();
