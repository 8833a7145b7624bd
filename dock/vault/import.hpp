// SPDX-License-Identifier: Apache-2.0
// One file on its way into the vault as an import.
#pragma once

#include "dock/vault/import_types.hpp"
#include "dock/vault/vault.hpp"

namespace liuhen::vault {

/// An import in the making: begin(), append() until all bytes are there, finish(). The vault must
/// outlive it. Its bytes go to a file of their own and are given up with it. Not thread-safe;
/// several may go on at once.
///
/// Power loss before the leaf: nothing of the import is kept, and the next start removes what lies
/// about of it, save whole bytes that had become an object already: they are put aside.
/// After it: object, leaf and rows are there, whether the answer came or not.
class Import {
public:
    /// Errors: InvalidArgument for a declaration that wrongDeclaration() tells of, or a span that
    /// is not over by the vault's clock; ResourceExhausted if there is no room.
    [[nodiscard]] static Result<Import> begin(Vault& vault, ImportRequest request);
    Import(Import&&) noexcept = default;
    Import& operator=(Import&&) = delete;
    Import(const Import&) = delete;
    Import& operator=(const Import&) = delete;
    ~Import();

    /// Errors: those of the disk; the import is lost then.
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// Reads the bytes back from the medium, stores them under their hash, logs the declaration;
    /// leaf under a checkpoint. The same bytes are stored once, each declaration of them is logged.
    /// Errors: FailedPrecondition if bytes are missing; DataLoss if the medium does not give them
    /// back; those of the disk.
    [[nodiscard]] Result<ImportAnswer> finish();

    /// What was imported, the newest first, before the leaf `before`: one part of the list. Errors:
    /// those of the database.
    [[nodiscard]] static Result<ImportList> list(
        Vault& vault, std::optional<std::uint64_t> before = std::nullopt);

private:
    Import(Vault& vault, ImportRequest request, std::unique_ptr<Upload> upload);
    [[nodiscard]] Result<void> settle(ImportAnswer& answer);
    [[nodiscard]] Result<void> addRows(ImportAnswer& answer);
    [[nodiscard]] Result<void> prove(ImportAnswer& answer);

    Vault* vault_;
    ImportRequest request_;
    std::unique_ptr<Upload> upload_;
};

}  // namespace liuhen::vault
