// SPDX-License-Identifier: Apache-2.0
// A full or failing disk under SQLite: its own file system layer, told after how many writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>

#include <sqlite3.h>

namespace liuhen::vault::test {

/// While it lives, databases that are opened write through it. One at a time.
class FullDatabase {
public:
    FullDatabase() {
        base() = sqlite3_vfs_find(nullptr);
        vfs() = *base();
        vfs().zName = "full";
        vfs().xOpen = openFile;
        sqlite3_vfs_register(&vfs(), 1);
        allowAll();
    }
    FullDatabase(const FullDatabase&) = delete;
    FullDatabase& operator=(const FullDatabase&) = delete;
    ~FullDatabase() {
        sqlite3_vfs_unregister(&vfs());
        sqlite3_vfs_register(base(), 1);
    }
    /// So many more writes are possible; what comes after them fails so.
    void allow(int writes, int error = SQLITE_FULL) const {
        code() = error;
        left() = writes;
    }
    void allowAll() const { allow(INT32_MAX); }

private:
    static sqlite3_vfs*& base() {
        static sqlite3_vfs* system = nullptr;
        return system;
    }
    static sqlite3_vfs& vfs() {
        static sqlite3_vfs own;
        return own;
    }
    using Write = int (*)(sqlite3_file*, const void*, int, sqlite3_int64);
    static Write& systemWrite() {
        static Write system = nullptr;
        return system;
    }
    static std::atomic<int>& left() {
        static std::atomic<int> count{INT32_MAX};
        return count;
    }
    static std::atomic<int>& code() {
        static std::atomic<int> error{SQLITE_FULL};
        return error;
    }
    static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
        return left()-- > 0 ? systemWrite()(file, bytes, count, at) : code().load();
    }
    /// The system's file, with its method of writing exchanged.
    static int openFile(
        sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
        // Files that are locked and files that are not have methods of their own.
        static std::map<const sqlite3_io_methods*, sqlite3_io_methods> exchanged;
        const int code = base()->xOpen(base(), name, file, flags, outFlags);
        if (code == SQLITE_OK && file->pMethods != nullptr) {
            systemWrite() = file->pMethods->xWrite;
            sqlite3_io_methods& own = exchanged[file->pMethods];
            own = *file->pMethods;
            own.xWrite = write;
            file->pMethods = &own;
        }
        return code;
    }
};

}  // namespace liuhen::vault::test
