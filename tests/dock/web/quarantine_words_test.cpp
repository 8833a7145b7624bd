// SPDX-License-Identifier: Apache-2.0
// The vault's reasons in the words of the page.
#include "dock/web/api/quarantine_words.hpp"

#include <string>

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("dock/web/quarantine_words");

using liuhen::web::quarantineWords;

TEST_CASE("what the vault's judges say is known") {
    const std::string chapter = "The chapter cannot be accepted: ";
    CHECK(quarantineWords(
              "The footage cannot be accepted: the vault already holds it in another form")
              .reasonZh == "同一位置已存有另一份内容");
    CHECK(quarantineWords(
              "It cannot be accepted: its entries contradict what the vault already holds")
              .reasonZh == "与已入库的账本相互矛盾");
    CHECK(quarantineWords(chapter + "the recorder is not of this agency: another root").reasonZh ==
          "记录仪证书不是本单位签发的");
    CHECK(quarantineWords(chapter + "its identity certificate is of recorder LH-2").reasonZh ==
          "记录仪身份证书不符");
    CHECK(quarantineWords(chapter + "entry 7: the signature does not hold").reasonZh ==
          "签名未通过核验，内容可能被改动");
    CHECK(quarantineWords("The footage cannot be accepted: the part is not the one that was signed")
              .reasonZh == "内容与签名的不符，可能被改动");
}

TEST_CASE("what nobody foresaw has words too") {
    const auto& words = quarantineWords("something new");
    CHECK(words.reasonZh == "未通过核验");
    CHECK(words.adviceZh.ends_with("。"));
    CHECK(&quarantineWords("") == &words);
}

TEST_SUITE_END();
