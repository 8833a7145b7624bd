// SPDX-License-Identifier: Apache-2.0
// The check of a recorder, as `liuhen verify` does it.
#include "common/evidence/card_check.hpp"
#include "tools/bench/children.hpp"

namespace liuhen::bench {

core::Result<void> verify(const std::string& recorder, const std::string& root) {
    const auto files = core::systemFiles();
    LIUHEN_TRY(const evidence::Trust trust, evidence::Trust::open(*files, root));
    const evidence::CardCheck what{
        core::joinPath(recorder, "card"), "card/", core::joinPath(recorder, "keystore")};
    LIUHEN_TRY(const evidence::Report report, evidence::checkCard(*files, what, trust));
    if (report.verdict() != evidence::Verdict::Intact) {
        const evidence::Problem* first = report.firstBad();
        return core::fail(core::ErrorKind::Internal,
                          "verify " + recorder + ": not intact: " +
                              (first == nullptr ? std::string("no reason") : first->text));
    }
    return {};
}

}  // namespace liuhen::bench
