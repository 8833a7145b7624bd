// SPDX-License-Identifier: Apache-2.0
// The second copy as the vault uses it: attached, held against the log, fed, and counted.
#include "common/core/log.hpp"
#include "common/evidence/fields.hpp"
#include "common/evidence/messages.hpp"
#include "dock/vault/vault.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace liuhen::vault {

namespace {

using core::Cbor;
using core::ErrorKind;
using core::fail;

/// A leaf has at most 64 KiB: what one publish of the second log can stage.
constexpr std::uint64_t kSliceLeaves = 1024;
constexpr core::Nanoseconds kBusy = std::chrono::seconds(5);

}  // namespace

Result<void> Vault::beginCopies() {
    const auto scrub = core::readFile(parts_.files, scrubPath(), kScrubBytes);
    auto state = scrub ? ScrubState::decode(*scrub) : Result<ScrubState>(ScrubState{});
    if (state) {
        scrub_ = *std::move(state);
    } else {
        core::log(core::LogLevel::Warning, "vault", state.error().message + "; it begins anew");
    }
    if (!parts_.copies.second.empty()) {
        second_ = std::make_unique<SecondCopy>(
            parts_.files, parts_.medium, parts_.copies.second, parts_.identity.origin);
        const auto ready = readySecond();
        if (!ready && ready.error().kind == ErrorKind::FailedPrecondition) {
            return tl::make_unexpected(ready.error());
        }
    }
    return notePolicy();
}

/// What receipts need is a leaf whenever it is another than at the start before. A log without one
/// gives receipts of one copy, by which nothing may be freed.
Result<void> Vault::notePolicy() {
    const bool single = second_ == nullptr || parts_.copies.singleCopyAfterHours.has_value();
    const std::optional<std::uint64_t> age = parts_.copies.singleCopyAfterHours;
    bool heldSingle = true;
    std::optional<std::uint64_t> heldAge;
    std::optional<Buffer> last;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(last, records_.lastPolicy());
    }
    if (last) {
        LIUHEN_TRY(const evidence::Leaf leaf, evidence::Leaf::decode(*last));
        const Cbor* held = leaf.body.find("single_copy");
        heldSingle = held != nullptr && held->boolean().value_or(false);
        LIUHEN_TRY(heldAge, evidence::optionalUnsignedAt(leaf.body, "minimum_age_hours"));
    }
    if (heldSingle == single && heldAge == age) {
        return {};
    }
    Buffer leaf = evidence::encodeLeaf(
        parts_.clock.utc().count(),
        "policy",
        Cbor::map({{"single_copy", single}, {"minimum_age_hours", age ? Cbor(*age) : Cbor()}}));
    return inGroup(
        [&]() -> Result<void> {
            LIUHEN_TRY(const std::uint64_t index, log_->add("policy", std::move(leaf)));
            core::log(core::LogLevel::Info, "vault", fmt::format("leaf {}: a new policy", index));
            return {};
        },
        Then::Answer);
}

Result<void> Vault::tellCopies(Status& status) {
    status.singleCopy = second_ == nullptr || parts_.copies.singleCopyAfterHours.has_value();
    status.minimumAgeHours = parts_.copies.singleCopyAfterHours;
    status.scrub = scrubbed();
    if (second_ == nullptr) {
        return {};
    }
    const auto id = second_->attached();
    const std::lock_guard lock(mutex_);
    status.second = secondTrouble_;
    if (!id && secondTrouble_.empty()) {
        status.second = id.error().message;
    }
    LIUHEN_TRY(status.uncopied, records_.uncopiedCount(id.value_or(std::string())));
    return {};
}

void Vault::noteSecond(const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    if (trouble == secondTrouble_) {
        return;
    }
    secondTrouble_ = trouble;
    core::log(trouble.empty() ? core::LogLevel::Info : core::LogLevel::Error,
              "vault",
              trouble.empty() ? "the second copy is in use" : "the second copy: " + trouble);
}

/// The id of the second copy, attached now if it was not.
Result<std::string> Vault::readySecond() {
    const std::lock_guard turn(attachMutex_);
    auto id = second_->attached();
    if (id) {
        return id;
    }
    id = attachSecond();
    noteSecond(id ? std::string() : id.error().message);
    return id;
}

Result<std::string> Vault::attachSecond() {
    LIUHEN_TRY(auto id, second_->identify());
    bool known = false;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(known, records_.knowsStore(id.value_or(std::string())));
    }
    if (!id && known) {
        return fail(ErrorKind::Unavailable,
                    fmt::format("use {}: no second copy is there; is its disk mounted? If it is a "
                                "new one, run 'liuhen-vault begin-copy --config FILE'",
                                second_->folder()));
    }
    if (!id) {
        auto begun = second_->begin();
        if (!begun) {  // the sandbox keeps the folder from a vault that is past its start
            return core::failWith(
                begun.error(),
                "the second copy can be begun by 'liuhen-vault begin-copy --config "
                "FILE', or at the next start");
        }
        id = *std::move(begun);
    }
    if (!known) {
        LIUHEN_CHECK(inGroup([&] { return records_.addStore(*id, parts_.clock.utc().count()); },
                             Then::Answer));
    }
    LIUHEN_TRY(const auto theirs, second_->attach(*id));
    if (theirs) {
        if (auto same = compareSecond(*theirs); !same) {
            second_->detach();
            return tl::make_unexpected(std::move(same).error());
        }
    }
    const std::lock_guard lock(mutex_);
    copiedTo_ = 0;
    return *std::move(id);
}

/// The log of the second copy must be a beginning of this one: else one of them was set back.
Result<void> Vault::compareSecond(const tlog::Checkpoint& theirs) {
    const std::lock_guard lock(mutex_);
    tlog::TileStore& tiles = log_->tiles();
    std::string why;
    if (theirs.size > tiles.size()) {
        why = fmt::format("its log has {} leaves and the vault's {}", theirs.size, tiles.size());
    } else {
        LIUHEN_TRY(const Digest root, tiles.rootAt(theirs.size));
        why = root == theirs.root ? "" : "its log tells another history than the vault's";
    }
    if (why.empty()) {
        return {};
    }
    return fail(ErrorKind::FailedPrecondition,
                fmt::format("use {}: {}: one of the two was set back; keep both as they are, and "
                            "see docs/operations.md on restoring",
                            second_->folder(),
                            why));
}

/// Errors: DataLoss if the first copy is damaged, FailedPrecondition if the second is, each with an
/// incident; DeadlineExceeded if the pace stopped it; Unavailable for all else.
Result<void> Vault::copyObject(const Digest& object, std::uint64_t sizeBytes, const Pace& pace) {
    const std::string hex = core::toHex(object);
    const auto done = second_->keep(object, sizeBytes, objectPath(object), pace);
    if (!done) {
        // Whatever its disk says is not about the first copy.
        return fail(ErrorKind::Unavailable, done.error().message);
    }
    const SecondCopy::Kept kept = *done;
    if (kept == SecondCopy::Kept::Stopped) {
        return fail(ErrorKind::DeadlineExceeded, "copy object " + hex + ": stopped");
    }
    if (kept == SecondCopy::Kept::Yes) {
        const auto frozen = makeImmutable(object, CopyOf::Second);
        return frozen ? Result<void>()
                      : Result<void>(fail(ErrorKind::Unavailable, frozen.error().message));
    }
    const bool first = kept == SecondCopy::Kept::FirstDamaged;
    incidentOnce(
        {"read_back", "", fmt::format("object {}{}", hex, first ? "" : " of the second copy")});
    return fail(first ? ErrorKind::DataLoss : ErrorKind::FailedPrecondition,
                fmt::format("object {} of the {} copy is damaged; run 'liuhen-vault restore'",
                            hex,
                            first ? "first" : "second"));
}

Result<void> Vault::mirrorLog() {
    const ReadLog read = [this](std::uint64_t from) -> Result<LogSlice> {
        const std::lock_guard lock(mutex_);
        LIUHEN_CHECK(usable());
        const tlog::TileStore& tiles = log_->tiles();
        if (from > tiles.size()) {
            return fail(ErrorKind::FailedPrecondition, "its log is longer than the vault's");
        }
        LogSlice slice;
        const std::uint64_t count = std::min(tiles.size() - from, kSliceLeaves);
        if (count > 0) {
            LIUHEN_TRY(slice.leaves, records_.leaves(from, count));
        }
        slice.note = tiles.note();
        slice.witnessed = tiles.witnessed();
        slice.witnessedSize = tiles.witnessedSize();
        slice.whole = from + count == tiles.size();
        return slice;
    };
    return second_->mirror(read, parts_.identity.checkpointKey);
}

/// Brings object, leaf and checkpoint to the second copy and answers its id. Errors: DataLoss if
/// the first copy of the object is damaged; all others are the second copy's own.
Result<std::string> Vault::secondHolds(const ObjectRow& row) {
    const auto bring = [&]() -> Result<std::string> {
        LIUHEN_TRY(const std::string id, readySecond());
        bool copied = false;
        {
            const std::lock_guard lock(mutex_);
            LIUHEN_TRY(copied, records_.isCopied(row.object, id));
        }
        if (!copied) {
            LIUHEN_CHECK(copyObject(row.object, row.sizeBytes, {}));
        }
        if (second_->logSize() <= row.leaf) {
            if (const auto mirrored = mirrorLog(); !mirrored) {
                return fail(ErrorKind::Unavailable, mirrored.error().message);
            }
        }
        return id;
    };
    auto id = bring();
    if (id || id.error().kind != ErrorKind::DataLoss) {
        noteSecond(id ? std::string() : id.error().message);
    }
    return id;
}

Result<bool> Vault::catchUp(const Pace& pace) {
    LIUHEN_CHECK(usable());
    if (second_ == nullptr) {
        return false;
    }
    LIUHEN_TRY(const std::string id, readySecond());
    std::optional<NamedObject> lacking;
    bool behind = false;
    {
        const std::lock_guard lock(mutex_);
        LIUHEN_TRY(lacking, records_.uncopied(id, copiedTo_));
        copiedTo_ = lacking ? lacking->leaf : log_->next();
        behind = second_->logSize() < log_->tiles().size() ||
                 second_->witnessedSize() < log_->tiles().witnessedSize();
    }
    if (!lacking && !behind) {
        return false;
    }
    if (lacking) {
        LIUHEN_CHECK(copyBehind(*lacking, id, pace));
        return true;
    }
    const auto mirrored = mirrorLog();
    noteSecond(mirrored ? std::string() : mirrored.error().message);
    return mirrored ? Result<bool>(true) : Result<bool>(tl::make_unexpected(mirrored.error()));
}

/// Copies an object and adds its row. One that is damaged is passed over: the others need not wait.
Result<void> Vault::copyBehind(const NamedObject& object,
                               const std::string& store,
                               const Pace& pace) {
    auto done = copyObject(object.object, object.sizeBytes, pace);
    const ErrorKind kind = done ? ErrorKind::Internal : done.error().kind;
    const bool damaged =
        !done && (kind == ErrorKind::DataLoss || kind == ErrorKind::FailedPrecondition);
    if (!done && !damaged) {
        noteSecond(kind == ErrorKind::DeadlineExceeded ? std::string() : done.error().message);
        return done;
    }
    noteSecond("");
    if (damaged) {
        const std::lock_guard lock(mutex_);
        copiedTo_ = object.leaf + 1;
        return {};
    }
    return inGroup([&] { return noteCopy(object.object, store); }, Then::Answer);
}

/// Within a group. Whoever else copied it meanwhile may have noted it.
Result<void> Vault::noteCopy(const Digest& object, const std::string& store) {
    LIUHEN_TRY(const bool noted, records_.isCopied(object, store));
    return noted ? Result<void>() : records_.addCopy(object, store, parts_.clock.utc().count());
}

bool Vault::isBusy() const {
    const core::Nanoseconds used = usedAt_;
    return used.count() != 0 && parts_.clock.boottime() - used < kBusy;
}

}  // namespace liuhen::vault
