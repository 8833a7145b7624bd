// SPDX-License-Identifier: Apache-2.0
// A keystore that is a folder on internal flash.
#include "hal/folder_keystore.hpp"

namespace liuhen::hal {

namespace {

constexpr const char* kBlobName = "state.cbor";

bool isBareName(const std::string& name) {
    return !name.empty() && name.size() <= 255 && name.front() != '.' &&
           name.find('/') == std::string::npos && name.find('\0') == std::string::npos;
}

}  // namespace

core::Result<std::optional<core::Buffer>> FolderKeystore::load() {
    auto blob = core::readFile(files_, core::joinPath(folder_, kBlobName), kKeystoreLimitBytes);
    if (blob) {
        return std::optional<core::Buffer>(*std::move(blob));
    }
    // A missing folder is a missing keystore and no fresh one.
    if (blob.error().kind == core::ErrorKind::NotFound && files_.exists(folder_)) {
        return std::optional<core::Buffer>();
    }
    return core::failWith(blob.error(), "load the keystore");
}

core::Result<void> FolderKeystore::store(core::ByteView blob) {
    if (blob.size() > kKeystoreLimitBytes) {
        return core::fail(core::ErrorKind::ResourceExhausted,
                          "store the keystore: the blob is longer than 1 MiB");
    }
    auto stored = core::replaceFile(files_, core::joinPath(folder_, kBlobName), blob);
    if (!stored) {
        return core::failWith(stored.error(), "store the keystore");
    }
    return {};
}

core::Result<core::Buffer> FolderKeystore::readNamed(const std::string& name) {
    if (!isBareName(name) || name == kBlobName) {
        return core::fail(core::ErrorKind::InvalidArgument,
                          "read \"" + name + "\" from the keystore: not the name of its files");
    }
    auto content = core::readFile(files_, core::joinPath(folder_, name), kKeystoreLimitBytes);
    if (!content) {
        return core::failWith(content.error(), "read \"" + name + "\" from the keystore");
    }
    return content;
}

}  // namespace liuhen::hal
