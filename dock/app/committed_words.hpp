// SPDX-License-Identifier: Apache-2.0
// Words that leaves commit to, as commands print them.
#pragma once

#include "common/evidence/commitment.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace liuhen::dock {

/// For people: the words, or that they are gone.
inline std::string wordsOf(const evidence::CommittedText& text) {
    return text.isErased() ? "(erased, lost with an older database, or changed in it)" : text.text;
}

/// For machines: commitment, salt and text; the last two null if they are gone.
inline nlohmann::json wordsJson(const evidence::CommittedText& text) {
    using nlohmann::json;
    return {{"commitment", core::toHex(text.commitment)},
            {"salt", text.isErased() ? json() : json(core::toHex(text.salt))},
            {"text", text.isErased() ? json() : json(text.text)}};
}

}  // namespace liuhen::dock
