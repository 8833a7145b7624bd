// SPDX-License-Identifier: Apache-2.0
// Uploads: pieces in their order, to a connection each.
#include "dock/web/api/import_uploads.hpp"

#include <fmt/format.h>

namespace liuhen::web {

namespace {

using core::ErrorKind;
using core::fail;

constexpr std::size_t kMostOpen = 3;  // each may hold up a thread of the page
/// The vault cuts an upload from which nothing comes for a minute.
constexpr core::Nanoseconds kSilence = std::chrono::seconds(60);
constexpr std::size_t kNameBytes = 32;

tl::unexpected<core::Error> none() {
    return fail(ErrorKind::NotFound, "import a file: this upload was given up; begin it again");
}

}  // namespace

Result<std::string> ImportUploads::begin(const evidence::Person& person,
                                         const vault::ImportRequest& request) {
    const std::string name = core::toHex(crypto::randomBytes(kNameBytes));
    {
        const std::lock_guard guard(mutex_);
        const core::Nanoseconds now = clock_->boottime();
        std::erase_if(open_, [&](const auto& each) {
            const Open& open = each.second;
            const bool working = open.upload.use_count() > 1;
            return !working && (each.first == person || now - open.usedAt > kSilence);
        });
        if (open_.size() >= kMostOpen || open_.contains(person)) {
            return fail(ErrorKind::FailedPrecondition, "import a file: too many are on their way");
        }
        open_[person] = Open{nullptr, name, now};  // the place is taken
    }
    auto connected = vault::ImportClient::connect(socket_);
    if (!connected) {
        drop(person, name);
        return fail(ErrorKind::Unavailable, connected.error().message);
    }
    if (const auto begun = connected->begin(request); !begun) {
        drop(person, name);
        return tl::make_unexpected(begun.error());
    }
    auto upload = std::make_shared<Upload>(*std::move(connected), request.sizeBytes);
    const std::lock_guard guard(mutex_);
    const auto found = open_.find(person);
    if (found == open_.end() || found->second.name != name) {
        return none();  // they have begun another meanwhile
    }
    found->second.upload = std::move(upload);
    return name;
}

std::shared_ptr<ImportUploads::Upload> ImportUploads::find(const evidence::Person& person,
                                                           const std::string& name) {
    const std::lock_guard guard(mutex_);
    const auto found = open_.find(person);
    if (found == open_.end() || found->second.name != name) {
        return nullptr;
    }
    found->second.usedAt = clock_->boottime();
    return found->second.upload;
}

void ImportUploads::drop(const evidence::Person& person, const std::string& name) {
    const std::lock_guard guard(mutex_);
    if (const auto found = open_.find(person); found != open_.end() && found->second.name == name) {
        open_.erase(found);
    }
}

Result<std::uint64_t> ImportUploads::append(const evidence::Person& person,
                                            const std::string& name,
                                            std::uint64_t offset,
                                            core::ByteView bytes) {
    const auto upload = find(person, name);
    if (upload == nullptr) {
        return none();
    }
    const std::lock_guard guard(upload->mutex);
    if (upload->over) {
        return none();
    }
    if (offset != upload->at || bytes.empty() || bytes.size() > upload->sizeBytes - upload->at) {
        return fail(ErrorKind::FailedPrecondition,
                    fmt::format("import a file: a piece of {} bytes from {} on does not follow {} "
                                "of {}",
                                bytes.size(),
                                offset,
                                upload->at,
                                upload->sizeBytes));
    }
    if (const auto sent = upload->client.send(bytes); !sent) {
        upload->over = true;
        drop(person, name);
        return tl::make_unexpected(sent.error());
    }
    upload->hash.update(bytes);
    upload->at += bytes.size();
    return upload->at;
}

Result<vault::ImportAnswer> ImportUploads::finish(const evidence::Person& person,
                                                  const std::string& name) {
    const auto upload = find(person, name);
    if (upload == nullptr) {
        return none();
    }
    const std::lock_guard guard(upload->mutex);
    if (upload->over) {
        return none();
    }
    if (upload->at != upload->sizeBytes) {
        return fail(
            ErrorKind::FailedPrecondition,
            fmt::format("import a file: {} of {} bytes are there", upload->at, upload->sizeBytes));
    }
    upload->over = true;
    auto answer = upload->client.end();
    drop(person, name);
    if (answer && answer->object != upload->hash.finish()) {
        return fail(ErrorKind::DataLoss,
                    fmt::format("import a file: the vault tells of other bytes, object {}, than "
                                "were sent",
                                core::toHex(answer->object)));
    }
    return answer;
}

}  // namespace liuhen::web
