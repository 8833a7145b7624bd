// SPDX-License-Identifier: Apache-2.0
// `liuhen verify`: finds what PATH is and whom to trust, checks, and tells.
#include "common/core/file_lock.hpp"
#include "common/evidence/card_check.hpp"
#include "common/evidence/vault_check.hpp"
#include "tools/liuhen/commands.hpp"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::cli {

namespace {

using core::joinPath;
using core::Result;
using evidence::Place;
using nlohmann::json;

constexpr std::uint64_t kMaxNoteBytes = 65'536;

json placeOf(const Place& place) {
    json value;
    value["generation"] = place.generation ? json(*place.generation) : json();
    value["seq"] = place.seq ? json(*place.seq) : json();
    value["file"] = place.file ? json(*place.file) : json();
    value["offset"] = place.offset ? json(*place.offset) : json();
    return value;
}

std::string textOf(const Place& place) {
    std::string text;
    if (place.generation) {
        text += fmt::format(" generation {}", *place.generation);
    }
    if (place.seq) {
        text += fmt::format(" entry {}", *place.seq);
    }
    if (place.file) {
        text += fmt::format(" in {}", *place.file);
    }
    if (place.offset) {
        text += fmt::format(" at byte {}", *place.offset);
    }
    return text;
}

std::string chinese(evidence::Verdict verdict) {
    switch (verdict) {
        case evidence::Verdict::Intact:
            return "完整";
        case evidence::Verdict::Unproven:
            return "无法证明";
        case evidence::Verdict::Incomplete:
            return "有缺失";
        case evidence::Verdict::Altered:
            return "被改动";
    }
    return "";
}

void printJson(const evidence::Report& report) {
    json answer;
    answer["verdict"] = evidence::name(report.verdict());
    answer["witnessed"] = report.witnessed;
    answer["witnessed_leaves"] = report.witnessedLeaves;
    answer["leaves"] = report.leaves;
    const evidence::Problem* first = report.firstBad();
    answer["first_bad"] = first == nullptr ? json() : placeOf(first->place);
    answer["findings"] = json::array();
    for (const evidence::Finding& finding : report.findings) {
        json item = placeOf(finding.place);
        item["kind"] = finding.kind;
        item["text"] = finding.text;
        answer["findings"].push_back(std::move(item));
    }
    answer["access"] = json::array();
    for (const evidence::AccessFinding& finding : report.access) {
        answer["access"].push_back(
            {{"leaf", finding.leaf}, {"kind", finding.kind}, {"why", finding.why}});
    }
    answer["access_left_out"] = report.accessLeftOut;
    answer["problems"] = json::array();
    for (const evidence::Problem& problem : report.problems) {
        json item = placeOf(problem.place);
        item["verdict"] = evidence::name(problem.verdict);
        item["text"] = problem.text;
        answer["problems"].push_back(std::move(item));
    }
    answer["problems_left_out"] = report.problemsLeftOut;
    answer["findings_left_out"] = report.findingsLeftOut;
    fmt::print("{}\n", answer.dump(1, ' ', false, json::error_handler_t::replace));
}

/// How far independent witnesses vouch for a vault's log; of anything else that they do not.
std::string witnessedText(const evidence::Report& report) {
    if (report.witnessed && report.witnessedLeaves == report.leaves) {
        return fmt::format("; all {} leaves of the log witnessed", report.leaves);
    }
    if (report.witnessed) {
        return fmt::format("; the first {} of {} leaves witnessed, all evidence among them",
                           report.witnessedLeaves,
                           report.leaves);
    }
    if (report.witnessedLeaves > 0) {
        return fmt::format(
            "; unwitnessed 无外部见证: only the first {} of {} leaves are, and evidence came since",
            report.witnessedLeaves,
            report.leaves);
    }
    return "; unwitnessed 无外部见证";
}

void printText(const evidence::Report& report) {
    fmt::print("{} {}: {} entries, {} parts, {:.1f} MB of footage{}\n",
               evidence::name(report.verdict()),
               chinese(report.verdict()),
               report.entries,
               report.parts,
               static_cast<double>(report.footageBytes) / 1e6,
               witnessedText(report));
    if (const evidence::Problem* first = report.firstBad()) {
        fmt::print("first bad:{}: {}\n", textOf(first->place), first->text);
        fmt::print("{} places in all; --json lists them\n",
                   report.problems.size() + report.problemsLeftOut);
    }
    for (const evidence::AccessFinding& finding : report.access) {
        fmt::print("access 调阅: leaf {} ({}): {}\n", finding.leaf, finding.kind, finding.why);
    }
    if (report.accessLeftOut > 0) {
        fmt::print("access 调阅: and {} more leaves\n", report.accessLeftOut);
    }
    for (const evidence::Finding& finding : report.findings) {
        fmt::print("note: {}:{}: {}\n", finding.kind, textOf(finding.place), finding.text);
    }
    if (report.findingsLeftOut > 0) {
        fmt::print("note: and {} more\n", report.findingsLeftOut);
    }
}

/// The agency's root: named, or found in `agency/` beside the folder or beside the one above it.
Result<std::string> findRoot(core::Files& files, const VerifyOptions& options) {
    if (!options.trust.empty()) {
        return options.trust;
    }
    std::string above = joinPath(options.path, "..");
    for (int level = 0; level < 2; ++level, above = joinPath(above, "..")) {
        std::string root = joinPath(above, "agency/root.pem");
        if (files.exists(root)) {
            return root;
        }
    }
    return core::fail(
        core::ErrorKind::NotFound,
        "verify " + options.path +
            ": no agency/root.pem beside it; name the agency's root with --trust ROOT.pem");
}

/// What PATH is, by what lies in it.
enum class Kind { Recorder, Card, Vault };

Result<Kind> kindOf(core::Files& files, const std::string& path) {
    const bool recorder = files.exists(joinPath(path, "card"));
    const bool card = files.exists(joinPath(path, "ledger"));
    const bool vault =
        files.exists(joinPath(path, "log")) || files.exists(joinPath(path, "objects"));
    if (int{recorder} + int{card} + int{vault} > 1) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "verify " + path +
                              ": it is more than one of recorder (card/), card (ledger/) and vault "
                              "(objects/, log/); name one of them");
    }
    if (!recorder && !card && !vault) {
        return core::fail(
            core::ErrorKind::InvalidArgument,
            "verify " + path +
                ": it is no recorder (card/), no card (ledger/) and no vault (objects/, log/)");
    }
    return recorder ? Kind::Recorder : card ? Kind::Card : Kind::Vault;
}

Result<evidence::Report> check(core::Files& files,
                               const VerifyOptions& options,
                               const evidence::Trust& trust) {
    LIUHEN_TRY(const Kind kind, kindOf(files, options.path));
    if (kind == Kind::Recorder) {
        return evidence::checkCard(
            files,
            {joinPath(options.path, "card"), "card/", joinPath(options.path, "keystore")},
            trust);
    }
    if (kind == Kind::Card) {
        return evidence::checkCard(files, {options.path, "", std::nullopt}, trust);
    }
    std::optional<std::string> note;
    if (!options.checkpoint.empty()) {
        LIUHEN_TRY(const core::Buffer bytes,
                   core::readFile(files, options.checkpoint, kMaxNoteBytes));
        note = std::string(core::textOf(bytes));
    }
    const auto lock = core::lockForReading(joinPath(options.path, "db/lock"));
    if (!lock && lock.error().kind == core::ErrorKind::Unavailable) {
        return core::failWith(
            lock.error(),
            "verify " + options.path + ": a liuhen-vault writes there; stop it, or verify a copy");
    }  // a copy has no lock, or one that is of no concern to this account
    return evidence::checkVault(files, options.path, trust, note);
}

}  // namespace

Result<int> verify(core::Files& files, const VerifyOptions& given) {
    VerifyOptions options = given;
    // A folder may be named by a link; what lies in it may not.
    std::error_code none;
    const auto path = std::filesystem::canonical(given.path, none);
    options.path = none ? given.path : path.string();
    LIUHEN_TRY(const std::string root, findRoot(files, options));
    LIUHEN_TRY(const evidence::Trust trust, evidence::Trust::open(files, root));
    LIUHEN_TRY(const evidence::Report report, check(files, options, trust));
    if (options.json) {
        printJson(report);
    } else {
        printText(report);
    }
    // Bytes may be whole although what happened to them was not allowed.
    const bool good = report.verdict() == evidence::Verdict::Intact && report.access.empty();
    return good ? kIntact : kNotIntact;
}

}  // namespace liuhen::cli
