// SPDX-License-Identifier: Apache-2.0
// Medians, ratios and how a figure is told.
#include "tools/bench/figure.hpp"

#include "common/core/result.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace liuhen::bench {

using nlohmann::json;

double median(std::vector<double> values) {
    LIUHEN_ASSERT(!values.empty());
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Figure::ratio() const {
    LIUHEN_ASSERT(!ours.empty() && ours.size() == peers.size());
    std::vector<double> ratios;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        ratios.push_back(ours[i] / peers[i]);
    }
    return median(std::move(ratios));
}

bool Figure::holds() const {
    if (!ran()) {
        return false;
    }
    return sense == Sense::AtMost ? ratio() <= bar : ratio() >= bar;
}

std::string toText(const Figure& figure) {
    const char* sign = figure.sense == Sense::AtMost ? "<=" : ">=";
    std::string text = fmt::format("{}: {}\n", figure.name, figure.what);
    if (!figure.ran()) {
        return text + fmt::format("  not run: {} (bar {} {})\n", figure.notRun, sign, figure.bar);
    }
    text += fmt::format("  liuhen {:9.3f} {}  ({:.3f} CPU-seconds a round)\n",
                        median(figure.ours),
                        figure.unit,
                        figure.ourCpuSeconds);
    text += fmt::format("  peer   {:9.3f} {}  ({:.3f} CPU-seconds a round): {}\n",
                        median(figure.peers),
                        figure.unit,
                        figure.peerCpuSeconds,
                        figure.peer);
    text += fmt::format("  the peer leaves out: {}\n", figure.leavesOut);
    if (!figure.note.empty()) {
        text += fmt::format("  {}\n", figure.note);
    }
    const char* verdict = figure.holds() ? "holds" : "DOES NOT HOLD";
    return text + fmt::format("  ratio {:.3f}, bar {} {}: {}{} ({} rounds)\n",
                              figure.ratio(),
                              sign,
                              figure.bar,
                              verdict,
                              figure.asserted ? "" : ", printed only",
                              figure.ours.size());
}

std::string toJson(const std::vector<Figure>& figures) {
    json list = json::array();
    for (const Figure& figure : figures) {
        json item;
        item["name"] = figure.name;
        item["ratio"] = figure.ran() ? json(figure.ratio()) : json();
        item["bar"] = figure.bar;
        item["holds"] = figure.ran() ? json(figure.holds()) : json();
        item["sense"] = figure.sense == Sense::AtMost ? "at most" : "at least";
        item["asserted"] = figure.asserted;
        item["what"] = figure.what;
        item["peer"] = figure.peer;
        item["peer_leaves_out"] = figure.leavesOut;
        item["not_run"] = figure.ran() ? json() : json(figure.notRun);
        if (figure.ran()) {
            item["unit"] = figure.unit;
            item["liuhen_median"] = median(figure.ours);
            item["peer_median"] = median(figure.peers);
            item["liuhen_cpu_seconds"] = figure.ourCpuSeconds;
            item["peer_cpu_seconds"] = figure.peerCpuSeconds;
            item["liuhen"] = figure.ours;
            item["peers"] = figure.peers;
        }
        item["note"] = figure.note;
        list.push_back(std::move(item));
    }
    return list.dump(1, ' ', false, json::error_handler_t::replace);
}

}  // namespace liuhen::bench
