// SPDX-License-Identifier: Apache-2.0
// What requests, decisions and views work with.
#pragma once

#include "dock/access/first_signatures.hpp"
#include "dock/access/letters.hpp"
#include "dock/access/request_words.hpp"
#include "dock/access/words.hpp"
#include "dock/web/api/import_uploads.hpp"
#include "dock/web/api/letter_uploads.hpp"
#include "dock/web/api/open_views.hpp"
#include "dock/web/api/parts.hpp"
#include "dock/web/api/request_book.hpp"

#include <memory>
#include <string>

namespace liuhen::web {

/// Outlives the server's handlers.
struct AccessRoom {
    AccessRoom(std::string vaultSocket,
               const core::Clock& clock,
               crypto::PublicKey root,
               std::unique_ptr<access::Words> openWords,
               std::unique_ptr<access::Letters> openLetters,
               std::unique_ptr<access::FirstSignatures> openFirsts,
               std::string pageOrigin)
        : socket(std::move(vaultSocket)),
          vault(socket, clock),
          uploads(socket, clock),
          letterUploads(clock),
          requests(std::move(root), vault, clock),
          words(std::move(openWords)),
          letters(std::move(openLetters)),
          firsts(std::move(openFirsts)),
          views(clock),
          origin(std::move(pageOrigin)) {}

    std::string socket;  // of the vault
    VaultPool vault;
    ImportUploads uploads;
    LetterUploads letterUploads;
    RequestBook requests;
    std::unique_ptr<access::Words> words;
    std::unique_ptr<access::Letters> letters;
    std::unique_ptr<access::FirstSignatures> firsts;
    OpenViews views;
    std::string origin;  // of the page, as authenticators sign it
};

/// Requests that wait for somebody with these roles.
[[nodiscard]] TodoSource requestTodo(Parts& parts);

/// What a refusal or an error of the vault comes to, by what was asked.
[[nodiscard]] net::Response refusalOfDecision(const core::Error& error);
[[nodiscard]] net::Response refusalOfView(const core::Error& error);

/// Schema Subject, read and written. `wrong` gets the name of the field that is refused.
[[nodiscard]] std::optional<evidence::AccessSubject> subjectOf(Body& body);
[[nodiscard]] json subjectJson(const evidence::AccessSubject& subject);
/// A request, or what is answered instead.
struct NamedRequest {
    std::optional<RequestEntry> entry;
    net::Response wrong;
};
/// The one that the path's `id` names.
[[nodiscard]] NamedRequest namedRequestOf(Parts& parts, const Call& call);
/// The same, if the session's person may know of it.
[[nodiscard]] NamedRequest knownRequestOf(Parts& parts, const Call& call);
/// Schema Outsider, read from the field `outsider`; nothing if it is absent, null or refused.
[[nodiscard]] std::optional<access::Outsider> outsiderOf(Body& body, const core::Clock& clock);
/// Keeps the scan that the session's person has sent, so that it may be committed to. What is
/// refused, if it is.
[[nodiscard]] std::optional<net::Response> keepLetter(Parts& parts,
                                                      const access::Session& session,
                                                      const core::Digest& scan);
/// The first of two signatures of an open request, if there is one that could hold now.
/// Errors: of the databases; those of VaultPool.
[[nodiscard]] Result<std::optional<access::FirstSignature>> firstOf(Parts& parts,
                                                                    const RequestEntry& entry);
/// Schema AccessRequest. Errors: of the databases.
[[nodiscard]] Result<void> fillRequest(Parts& parts, const RequestEntry& entry, json& to);
/// Schema PersonName, also of somebody of whom this dock has no account. Errors: of the accounts.
[[nodiscard]] Result<void> fillPerson(Parts& parts, const access::Person& person, json& to);

/// Schema Review, or null if nobody has reviewed it. Errors: of the databases.
[[nodiscard]] Result<void> fillReview(Parts& parts, const RequestEntry& entry, json& to);
/// Sets `review` of a leaf of the log that grants a view in a hurry: who found what, without words.
/// Errors: of the register.
[[nodiscard]] Result<void> addReview(Parts& parts, const evidence::Leaf& leaf, json& to);
/// Emergency views that nobody has reviewed.
[[nodiscard]] TodoSource reviewTodo(Parts& parts);

}  // namespace liuhen::web
