// SPDX-License-Identifier: Apache-2.0
// From file to file: where each must begin, and what is read again.
#include "common/evidence/ledger_walk.hpp"

#include "common/evidence/file_walk.hpp"

namespace liuhen::evidence {

Result<std::shared_ptr<const core::File>> LedgerFile::open(core::Files* files) const {
    if (memory != nullptr) {
        return memory;
    }
    LIUHEN_TRY(auto opened, files->open(path, core::OpenMode::Read));
    return std::shared_ptr<const core::File>(std::move(opened));
}

LedgerWalk::LedgerWalk(Settings settings, ChainStart start) : settings_(std::move(settings)) {
    state_.device = std::move(start.device);
    state_.previous = Digest{};
    if (start.before) {
        state_.previous = start.before->hash;
        state_.keys = start.before->keys;
        state_.identity = start.before->identity;
        state_.boot = start.before->boot;
        state_.order.continueAfter(start.before->boot, start.before->boottimeNs);
    }
}

Chapter LedgerWalk::failed(const LedgerFile& file, Verdict verdict, Place place, std::string text) {
    ended_ = true;
    Chapter chapter;
    chapter.source = file;
    chapter.problem = Problem{verdict, std::move(place), std::move(text)};
    return chapter;
}

Result<Chapter> LedgerWalk::begin(const LedgerFile& first, const LedgerFile* anchor) {
    Chapter none;
    none.source = first;
    const bool proved = state_.keys.has_value();
    if (settings_.stored && !proved) {
        return none;  // next() sees that the chapters before it are absent
    }
    state_.expected = first.first;
    if (first.first == 0 || proved) {
        return none;
    }
    const Place place{settings_.generation, first.first, first.name, std::uint64_t{0}};
    if (first.first == 1) {
        return failed(first, Verdict::Altered, place, "no pruned stretch has one entry");
    }
    if (anchor == nullptr) {
        state_.previous.reset();
        unproven_ =
            Problem{Verdict::Unproven, place, "the keys of a pruned stretch are not at hand"};
        return none;
    }
    LIUHEN_TRY(none.file, anchor->open(settings_.files));
    none.source = *anchor;
    FileWalk walk(settings_, state_, std::move(none), 0, false);
    LIUHEN_CHECK(walk.runAnchor(first.first));
    if (walk.chapter().problem) {
        ended_ = true;
    }
    state_ = std::move(walk.state());
    return std::move(walk.chapter());
}

Result<Chapter> LedgerWalk::next(const LedgerFile& file, std::uint32_t index, bool isLast) {
    const bool skips = settings_.stored && state_.afterDocking && file.first > state_.expected;
    if (file.absent || skips) {
        return failed(file,
                      Verdict::Incomplete,
                      Place{settings_.generation, state_.expected, std::nullopt, std::nullopt},
                      "a chapter is absent");
    }
    const Place begin{settings_.generation, state_.expected, file.name, std::uint64_t{0}};
    if (file.first != state_.expected || !state_.afterDocking) {
        return failed(file, Verdict::Altered, begin, "a chapter does not follow the one before it");
    }
    Chapter empty;
    empty.source = file;
    LIUHEN_TRY(empty.file, file.open(settings_.files));
    LIUHEN_TRY(const std::uint64_t size, empty.file->size());
    if (size > kMaxLedgerBytes) {
        return failed(file, Verdict::Altered, begin, "a ledger file of more than 1 GiB");
    }
    const std::uint64_t before = settings_.budget.used();
    const Chapter again = empty;
    FileWalk walk(settings_, state_, std::move(empty), index, false);
    LIUHEN_CHECK(walk.run(isLast));
    if (walk.chapter().problem) {
        settings_.budget.give(settings_.budget.used() - before);
        walk = FileWalk(settings_, state_, again, index, true);
        LIUHEN_CHECK(walk.run(isLast));
        ended_ = true;
    }
    state_ = std::move(walk.state());
    state_.order.settle();
    walk.chapter().footage.finish();
    return std::move(walk.chapter());
}

}  // namespace liuhen::evidence
