// SPDX-License-Identifier: Apache-2.0
// Search in a catalogue of a million recordings, as the page asks.
#include "common/core/files.hpp"
#include "dock/catalogue/browse.hpp"
#include "dock/catalogue/schema.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/workload.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <random>

#include <fmt/format.h>

namespace liuhen::bench {

namespace {

using catalogue::Browser;
using catalogue::Connection;
using catalogue::DeviceSpan;
using catalogue::RecordingFilter;
using catalogue::RecordingPlace;
using catalogue::Statement;
using core::Result;

constexpr double kBarMs = 100;
constexpr std::uint64_t kDevices = 200;
constexpr std::uint64_t kRecordings = 5000;  // of each device
constexpr std::uint64_t kOfChapter = 5;      // a docking brings so many
constexpr std::uint64_t kSeqs = 20;          // entries of a recording
constexpr std::uint64_t kAltered = 10'007;   // one of so many recordings is
constexpr std::int64_t kHourUs = 3'600'000'000;
constexpr std::int64_t kDayUs = 24 * kHourUs;
constexpr std::int64_t kEpochUs = 1'700'000'000'000'000;
constexpr std::int64_t kSpacingUs = 8 * kHourUs;  // between the recordings of a device
constexpr std::int64_t kApartUs = 100'000'000;    // between those of two devices
constexpr std::size_t kPage = 50;
constexpr std::size_t kSpans = 200;
constexpr unsigned kSearches = 40;  // of each kind in a round

std::string deviceName(std::uint64_t device) {
    return fmt::format("LH-{:06}", device);
}

std::int64_t startOf(std::uint64_t device, std::uint64_t recording) {
    return kEpochUs + static_cast<std::int64_t>(recording) * kSpacingUs +
           static_cast<std::int64_t>(device) * kApartUs;
}

core::Digest digestOf(std::uint64_t number) {
    core::Digest digest{};
    for (std::size_t i = 0; i < sizeof number; ++i) {
        digest.at(i) = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return digest;
}

/// Adds rows of the catalogue, each statement's values behind its columns' order.
class Filler {
public:
    explicit Filler(Connection& to) : to_(&to) {}

    Result<void> device(std::uint64_t device) {
        const std::string name = deviceName(device);
        LIUHEN_TRY(Statement known, to_->prepare("insert into device values (?1)"));
        LIUHEN_CHECK(known.bind(name).run());
        LIUHEN_TRY(
            Statement ledger,
            to_->prepare(
                "insert into generation (device, generation, origin) values (?1, 0, 'genesis')"));
        LIUHEN_CHECK(ledger.bind(name).run());
        for (std::uint64_t i = 0; i < kRecordings; ++i) {
            if (i % kOfChapter == 0) {
                LIUHEN_CHECK(chapter(name, i, startOf(device, i)));
            }
            LIUHEN_CHECK(recording(name, i, startOf(device, i)));
        }
        return {};
    }

private:
    Result<void> object(std::string_view type,
                        const std::string& device,
                        std::optional<std::uint64_t> first,
                        std::optional<std::uint64_t> recording,
                        std::uint64_t seq,
                        std::string_view verdict,
                        std::int64_t timeUs) {
        LIUHEN_TRY(
            Statement row,
            to_->prepare("insert into object values (?1, ?2, 4000000, ?3, ?4, 0, ?5, ?6, ?7, "
                         "?8, ?9, ?10, ?11)"));
        const core::Digest name = digestOf(++leaf_);
        row.bind(leaf_).bind(core::ByteView(name)).bind(type).bind(device).bind(first);
        row.bind(recording).bind(recording).bind(seq).bind(core::ByteView(name)).bind(verdict);
        return row.bind(timeUs).run();
    }
    Result<void> chapter(const std::string& device, std::uint64_t from, std::int64_t timeUs) {
        return object("chapter",
                      device,
                      from * kSeqs,
                      std::nullopt,
                      (from + kOfChapter) * kSeqs - 1,
                      "intact",
                      timeUs);
    }
    Result<void> recording(const std::string& device, std::uint64_t number, std::int64_t timeUs) {
        const std::uint64_t start = number * kSeqs;
        LIUHEN_TRY(
            Statement row,
            to_->prepare("insert into recording values (?1, 0, ?2, 'video', 'button', ?3, ?4, "
                         "'button')"));
        LIUHEN_CHECK(row.bind(device).bind(start).bind(timeUs).bind(timeUs + kHourUs).run());
        LIUHEN_TRY(Statement segment,
                   to_->prepare("insert into segment values (?1, 0, ?2, ?2, ?3, null, 4000000, 10, "
                                "0, 0, 1, ?4, ?5)"));
        LIUHEN_CHECK(segment.bind(device)
                         .bind(start)
                         .bind(start + kSeqs - 2)
                         .bind(timeUs)
                         .bind(timeUs + kHourUs)
                         .run());
        return object("segment",
                      device,
                      std::nullopt,
                      start,
                      start + kSeqs - 2,
                      leaf_ % kAltered == 0 ? "altered" : "intact",
                      timeUs);
    }

    Connection* to_;
    std::uint64_t leaf_ = 0;
};

Result<void> fill(const std::string& folder) {
    LIUHEN_TRY(Connection connection,
               Connection::open(core::joinPath(folder, "catalogue.db"),
                                Connection::Mode::Write,
                                catalogue::kSchema,
                                catalogue::kSchemaVersion));
    Filler filler(connection);
    for (std::uint64_t device = 0; device < kDevices; ++device) {
        LIUHEN_TRY(auto transaction, catalogue::Transaction::begin(connection));
        LIUHEN_CHECK(filler.device(device));
        LIUHEN_CHECK(transaction.commit());
    }
    return {};
}

struct Search {
    RecordingFilter filter;
    std::optional<RecordingPlace> after;
};
struct Kind {
    const char* name;
    std::function<Search(std::mt19937_64&)> draw;
};

std::uint64_t upTo(std::mt19937_64& draw, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most - 1)(draw);
}

std::int64_t someTime(std::mt19937_64& draw) {
    return startOf(upTo(draw, kDevices), upTo(draw, kRecordings));
}

std::vector<Kind> kinds() {
    return {
        {"newest", [](std::mt19937_64&) { return Search{}; }},
        {"page further on",
         [](std::mt19937_64& draw) {
             return Search{{}, RecordingPlace{someTime(draw), {deviceName(0), 0, 0}}};
         }},
        {"of a recorder",
         [](std::mt19937_64& draw) {
             Search search;
             search.filter.device = deviceName(upTo(draw, kDevices));
             return search;
         }},
        {"of a day",
         [](std::mt19937_64& draw) {
             Search search;
             search.filter.fromUs = someTime(draw);
             search.filter.toUs = *search.filter.fromUs + kDayUs;
             return search;
         }},
        {"of an officer",
         [](std::mt19937_64& draw) {
             Search search;
             search.filter.within.emplace();
             const std::int64_t from = someTime(draw);
             for (std::size_t i = 0; i < kSpans; ++i) {
                 const std::int64_t begun = from + static_cast<std::int64_t>(i) * kDayUs;
                 search.filter.within->push_back(
                     DeviceSpan{deviceName(upTo(draw, kDevices)), begun, begun + 8 * kHourUs});
             }
             return search;
         }},
        {"altered",
         [](std::mt19937_64& draw) {
             Search search;
             search.filter.verdict = "altered";
             search.filter.toUs = someTime(draw);
             return search;
         }},
    };
}

double percentile95(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.at((values.size() * 95 + 99) / 100 - 1);
}

}  // namespace

Result<std::vector<Figure>> searchBench(const BenchOptions& options) {
    Figure figure;
    figure.name = "search";
    figure.bar = 1;
    figure.unit = "ms";
    figure.what =
        fmt::format("p95 of a page of {} among {} recordings: {} kinds of search, as many of each",
                    kPage,
                    kDevices * kRecordings,
                    kinds().size());
    figure.peer = fmt::format("{:g} ms", kBarMs);
    figure.leavesOut = "it is a number, not a program";
    const std::string folder = core::joinPath(options.scratch, "search");
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    std::filesystem::create_directories(folder, error);
    fmt::print(stderr, "search: making {} recordings\n", kDevices * kRecordings);
    LIUHEN_CHECK(fill(folder));
    LIUHEN_TRY(const auto browser, Browser::open(folder));
    std::mt19937_64 draw(20261129);
    const std::vector<Kind> searches = kinds();
    std::vector<std::vector<double>> byKind(searches.size());
    for (unsigned round = 0; round < options.rounds.value_or(kSearchRounds); ++round) {
        std::vector<double> all;
        for (std::size_t kind = 0; kind < byKind.size(); ++kind) {
            for (unsigned i = 0; i < kSearches; ++i) {
                const Search search = searches[kind].draw(draw);
                const auto begun = std::chrono::steady_clock::now();
                LIUHEN_TRY(const auto page,
                           browser->recordings(search.filter, search.after, kPage));
                const double ms = std::chrono::duration<double, std::milli>(
                                      std::chrono::steady_clock::now() - begun)
                                      .count();
                static_cast<void>(page);
                all.push_back(ms);
                byKind[kind].push_back(ms);
            }
        }
        figure.ours.push_back(percentile95(all));
        figure.peers.push_back(kBarMs);
    }
    for (std::size_t kind = 0; kind < byKind.size(); ++kind) {
        figure.note += fmt::format("{}{} p95 {:.1f} ms",
                                   kind == 0 ? "" : ", ",
                                   searches[kind].name,
                                   percentile95(byKind[kind]));
    }
    std::filesystem::remove_all(folder, error);
    return std::vector{figure};
}

}  // namespace liuhen::bench
