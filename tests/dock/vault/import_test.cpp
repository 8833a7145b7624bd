// SPDX-License-Identifier: Apache-2.0
// Tests of imports: stored once, declared in the log, never a recorder's, and known to every copy
// and to a database made anew.
#include "dock/vault/import.hpp"

#include "common/evidence/fields.hpp"
#include "common/tlog/tree.hpp"
#include "dock/vault/messages.hpp"
#include "dock/vault/restore.hpp"
#include "tests/dock/vault/two_copies.hpp"

#include <filesystem>

TEST_SUITE_BEGIN("vault/import");

namespace liuhen::vault::test {

namespace {

const Buffer kPhoto(100'000, 0x5a);

ImportRequest photo() {
    return {{"photo",
             "大疆",
             "camera 3",
             1'000'000,
             2'000'000,
             "张三.jpg",
             "张三",
             "案件 2026-117",
             "李雷"},
            kPhoto.size()};
}

Result<ImportAnswer> import(Vault& vault, const ImportRequest& request, ByteView bytes) {
    LIUHEN_TRY(Import made, Import::begin(vault, request));
    for (std::size_t at = 0; at < bytes.size(); at += 30'000) {
        LIUHEN_CHECK(
            made.append(bytes.subspan(at, std::min<std::size_t>(30'000, bytes.size() - at))));
    }
    return made.finish();
}

struct ImportBench : TwoCopies {
    [[nodiscard]] std::string file(const std::string& copy) const {
        return copy + "/" + objectName(crypto::sha256(kPhoto));
    }
    [[nodiscard]] std::size_t uploads() const {
        return must(files->list(path() + "/incoming")).size();
    }
};

}  // namespace

TEST_CASE("an import is stored under its hash, and its leaf is in the log and names nobody") {
    ImportBench bench;
    bench.takeAll();
    const ImportAnswer answer = must(import(bench.vault(), photo(), kPhoto));
    CHECK(answer.object == crypto::sha256(kPhoto));
    CHECK_FALSE(answer.known);
    CHECK(must(core::readFile(*bench.files, bench.file(bench.path()), 1 << 20)) == kPhoto);
    CHECK(bench.uploads() == 0);
    const auto note = must(tlog::parseCheckpoint(answer.note));
    CHECK(tlog::verifySignature(note.note, kOrigin, bench.agency.checkpointKey.publicBytes()));
    CHECK(tlog::verifyInclusion(tlog::leafHash(answer.bytes),
                                answer.leaf,
                                note.checkpoint.size,
                                answer.path,
                                note.checkpoint.root));
    const auto leaf = must(evidence::Leaf::decode(answer.bytes));
    CHECK(leaf.kind == "imported");
    CHECK(must(evidence::textAt(leaf.body, "verdict")) == "unproven");
    CHECK(must(evidence::textAt(leaf.body, "maker")) == "大疆");
    const std::string bytes(answer.bytes.begin(), answer.bytes.end());
    CHECK(bytes.find("张三") == std::string::npos);
    CHECK(bytes.find("李雷") == std::string::npos);
    CHECK_FALSE(evidence::ObjectLeaf::decode(answer.bytes));

    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Unproven);
    bench.catchUp();
    CHECK(must(core::readFile(*bench.files, bench.file(bench.second()), 1 << 20)) == kPhoto);
    CHECK(bench.verify(bench.second()).verdict() == evidence::Verdict::Unproven);
    bench.reopen();
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Unproven);
}

TEST_CASE("the same bytes are stored once, each declaration is logged") {
    ImportBench bench;
    const ImportAnswer first = must(import(bench.vault(), photo(), kPhoto));
    ImportRequest corrected = photo();
    corrected.declaration.device = "camera 4";
    const ImportAnswer second = must(import(bench.vault(), corrected, kPhoto));
    CHECK(second.known);
    CHECK(second.object == first.object);
    CHECK(second.leaf > first.leaf);
    CHECK(bench.uploads() == 0);
}

TEST_CASE("a recorder's bytes stay evidence when somebody imports them too") {
    ImportBench bench;
    bench.takeAll();
    const Buffer segment = bench.sample().segment(bench.recording, 0);
    ImportRequest request = photo();
    request.sizeBytes = segment.size();
    CHECK(must(import(bench.vault(), request, segment)).known);
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Intact);
}

TEST_CASE("what does not fit is refused, and nothing of it is there") {
    ImportBench bench;
    const std::uint64_t before = must(bench.vault().status()).logSize;
    std::vector<ImportRequest> wrong(7, photo());
    wrong[0].declaration.maker.clear();
    wrong[1].declaration.device = std::string(65, 'x');
    wrong[2].declaration.wearer = "two\nlines";
    wrong[3].declaration.fromUs = wrong[3].declaration.untilUs + 1;
    wrong[4].declaration.untilUs =
        static_cast<std::uint64_t>(bench.agency.now.count()) + 1'000'000'000'000;
    wrong[5].declaration.by.clear();
    wrong[6].declaration.media = "document";
    for (const ImportRequest& request : wrong) {
        CAPTURE(&request - wrong.data());
        const auto refused = Import::begin(bench.vault(), request);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == core::ErrorKind::InvalidArgument);
    }
    {
        Import cut = must(Import::begin(bench.vault(), photo()));
        must(cut.append(ByteView(kPhoto).first(50'000)));
        CHECK(bench.uploads() == 1);
        CHECK(cut.finish().error().kind == core::ErrorKind::FailedPrecondition);
        CHECK(cut.append(kPhoto).error().kind == core::ErrorKind::InvalidArgument);
    }
    CHECK(bench.uploads() == 0);
    CHECK(must(bench.vault().status()).logSize == before);
    CHECK_FALSE(bench.files->exists(bench.file(bench.path())));
}

TEST_CASE("a start removes what an import left behind that was broken off, and no upload") {
    ImportBench bench;
    const std::string name = bench.path() + "/incoming/" + std::string(32, 'a');
    for (const char* ending : {".import", ".part", ".other"}) {
        writeFile(*bench.files, name + ending, kPhoto);
    }
    bench.reopen();
    CHECK_FALSE(bench.files->exists(name + ".import"));
    CHECK(bench.files->exists(name + ".part"));
    CHECK(bench.files->exists(name + ".other"));
}

TEST_CASE("a database made anew has the imports, which stay where they are") {
    ImportBench bench;
    bench.takeAll();
    const ImportAnswer answer = must(import(bench.vault(), photo(), kPhoto));
    bench.catchUp();
    bench.close();
    std::filesystem::remove_all(bench.path());
    must(restore(bench.parts(), bench.folders(), [](const std::string& /*line*/) {}));
    bench.open();
    CHECK(bench.files->exists(bench.file(bench.path())));
    CHECK(must(import(bench.vault(), photo(), kPhoto)).known);
    CHECK(bench.verify(bench.path()).verdict() == evidence::Verdict::Unproven);
    CHECK(answer.leaf > 0);
}

TEST_CASE("the list has the newest first, in parts, with the words that are still there") {
    ImportBench bench;
    CHECK(must(Import::list(bench.vault())).imports.empty());
    ImportRequest request = photo();
    std::vector<std::uint64_t> leaves;
    for (std::size_t i = 0; i < kListedImports + 2; ++i) {
        request.declaration.device = "camera " + std::to_string(i);
        leaves.push_back(must(import(bench.vault(), request, kPhoto)).leaf);
    }
    const ImportList first = must(Import::list(bench.vault()));
    REQUIRE(first.imports.size() == kListedImports);
    CHECK(first.more == first.imports.back().leaf);
    const Imported& newest = first.imports.front();
    CHECK(newest.leaf == leaves.back());
    CHECK(newest.object == crypto::sha256(kPhoto));
    CHECK(newest.sizeBytes == kPhoto.size());
    CHECK(newest.media == "photo");
    CHECK(newest.maker == "大疆");
    CHECK(newest.device == request.declaration.device);
    CHECK(newest.fromUs == 1'000'000);
    CHECK(newest.untilUs == 2'000'000);
    CHECK(newest.file.text == "张三.jpg");
    CHECK(newest.wearer.text == "张三");
    CHECK(newest.reason.text == "案件 2026-117");
    CHECK(newest.by.text == "李雷");
    const ImportList rest = must(Import::list(bench.vault(), first.more));
    REQUIRE(rest.imports.size() == 2);
    CHECK(rest.imports.back().leaf == leaves.front());
    CHECK_FALSE(rest.more);
    const ImportList back = must(readImports(toCbor(first)));
    CHECK(toCbor(back).encode() == toCbor(first).encode());

    bench.catchUp();
    bench.close();
    std::filesystem::remove_all(bench.path());
    must(restore(bench.parts(), bench.folders(), [](const std::string& /*line*/) {}));
    bench.open();
    const ImportList anew = must(Import::list(bench.vault()));
    REQUIRE(anew.imports.size() == kListedImports);
    CHECK(anew.imports.front().device == newest.device);
    CHECK(anew.imports.front().wearer.isErased());
    CHECK(anew.imports.front().wearer.commitment == newest.wearer.commitment);
}

TEST_CASE("requests and answers are read as they were written, and no others") {
    const ImportRequest request = photo();
    const core::Cbor map = toCbor(request);
    const auto read = must(readImport(map));
    CHECK(toCbor(read).encode() == map.encode());
    for (const auto& [field, value] :
         std::vector<std::pair<std::string, core::Cbor>>{{"size", 0},
                                                         {"media", "text"},
                                                         {"maker", 1},
                                                         {"from", -1},
                                                         {"wearer", ""},
                                                         {"by", nullptr},
                                                         {"x", 1}}) {
        CAPTURE(field);
        core::Cbor::Map other{{field, value}};
        for (const auto& pair : *map.pairs()) {
            if (*pair.first.text() != field) {
                other.push_back(pair);
            }
        }
        CHECK_FALSE(parseRequest(core::Cbor::mapOf(other).encode()));
    }
    ImportAnswer answer{Digest{1}, 7, {1, 2}, "note", {Digest{2}, Digest{3}}, true};
    const auto back = must(readImportAnswer(toCbor(answer)));
    CHECK(toCbor(back).encode() == toCbor(answer).encode());
    answer.path.resize(65);
    CHECK_FALSE(readImportAnswer(toCbor(answer)));
}

}  // namespace liuhen::vault::test
