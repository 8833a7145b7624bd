// SPDX-License-Identifier: Apache-2.0
// How a group of works is committed and published.
#include "dock/vault/vault.hpp"

#include <algorithm>

namespace liuhen::vault {

using core::ErrorKind;

Result<void> Vault::inGroup(std::function<Result<void>()> add, Then then) {
    LIUHEN_CHECK(usable());
    Work work;
    work.add = std::move(add);
    work.publish = then == Then::Publish;
    queue_.run(work);
    return work.added;
}

Result<void> Vault::publishThrough(std::uint64_t leaf) {
    LIUHEN_CHECK(usable());
    if (leaf < published_) {
        return {};
    }
    Work work;
    work.publish = true;
    queue_.run(work);
    return work.published;
}

void Vault::commitGroup(WorkQueue::Group group) {
    const std::lock_guard lock(mutex_);
    const auto done = commitTogether(group);
    for (Work* work : group) {
        if (!done && work->added) {
            work->added = done;
        }
    }
}

Result<void> Vault::commitTogether(WorkQueue::Group group) {
    // Whatever ends this early, an exception included, leaves no leaf behind that is no row.
    class Pending {
    public:
        explicit Pending(Vault& vault) : vault_(vault) {}
        Pending(const Pending&) = delete;
        Pending& operator=(const Pending&) = delete;
        ~Pending() {
            vault_.broken_ = vault_.broken_ || committing;
            vault_.log_->abandon(0);
        }
        bool committing = false;  // and not known to have failed, nor to have been staged

    private:
        Vault& vault_;
    };
    LIUHEN_CHECK(usable());
    if (std::none_of(group.begin(), group.end(), [](const Work* work) { return !!work->add; })) {
        return {};
    }
    if (log_->isFull()) {
        LIUHEN_TRY(const std::string note, publishLeaves());
    }
    Pending pending(*this);
    LIUHEN_TRY(Transaction transaction, records_.begin());
    for (Work* work : group) {
        if (work->add) {
            LIUHEN_CHECK(addApart(transaction, *work));
        }
    }
    pending.committing = true;
    if (const auto done = transaction.commit(); !done) {
        if (done.error().kind != ErrorKind::ResourceExhausted) {
            return broke(done.error());
        }
        pending.committing = false;
        return done;
    }
    // Without a leaf there may be rows all the same, of copies.
    if (const auto staged = log_->committed(); !staged) {
        return broke(staged.error());
    }
    pending.committing = false;
    return {};
}

/// One work of the group. What it adds is undone if it fails, and the others go on. Errors: its
/// own, if the whole transaction went with it, as SQLite does where a disk is full or failed.
Result<void> Vault::addApart(Transaction& transaction, Work& work) {
    const std::size_t before = log_->pending();
    LIUHEN_CHECK(transaction.mark());
    try {
        work.added = work.add();
    } catch (...) {
        // Its owner's alone, and thrown there.
        work.thrown = std::current_exception();
    }
    if (work.added && !work.thrown) {
        return transaction.keep();
    }
    log_->abandon(before);
    const auto undone = transaction.undo();
    return undone || work.added ? undone : work.added;
}

Result<void> Vault::publishGroup() {
    const std::lock_guard lock(mutex_);
    LIUHEN_CHECK(usable());
    LIUHEN_TRY(const std::string note, publishLeaves());
    return {};
}

Result<std::string> Vault::publishLeaves() {
    auto note = log_->publish();
    // A folder that could not be synced may have lost its changes, and would not say so again.
    if (!note && note.error().kind == ErrorKind::DataLoss) {
        return broke(note.error());
    }
    published_ = log_->tiles().size();
    return note;
}

}  // namespace liuhen::vault
