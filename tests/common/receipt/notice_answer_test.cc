#include "common/receipt/notice_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/receipt/terms.h"
#include "tests/common/receipt/sample.h"

namespace nwd::receipt {
namespace {

using ::testing::HasSubstr;

NoticeAnswer Retained() {
  NoticeAnswer answer;
  answer.receipt_id = "11111111-0000-4000-8000-000000000001";
  answer.notice_id = "22222222-0000-4000-8000-000000000002";
  answer.type = consent::v1::NOTICE_TYPE_WITHDRAWAL;
  answer.consent_id = "33333333-0000-4000-8000-000000000003";
  answer.disclosures = 3;
  answer.sent = absl::FromUnixMicros(1'772'442'000'000'001);
  answer.due = answer.sent + absl::Hours(24 * 14);
  answer.recipient = {"44444444-0000-4000-8000-000000000004", "a-college"};
  answer.answer = consent::v1::NOTICE_ANSWER_RETAINED;
  answer.retained_basis = "legal obligation: funding rules";
  answer.time = answer.sent + absl::Hours(30);
  return answer;
}

TEST(NoticeAnswer, ReadsBackAsItWasWritten) {
  EXPECT_EQ(*ReadNoticeAnswer(Write(Retained())), Retained());
  NoticeAnswer erased = Retained();
  erased.answer = consent::v1::NOTICE_ANSWER_ERASED;
  erased.retained_basis.clear();
  erased.recipient.slug.clear();
  erased.authority_id.swap(erased.consent_id);
  EXPECT_EQ(*ReadNoticeAnswer(Write(erased)), erased);
  erased.emergency_access_id.swap(erased.authority_id);
  EXPECT_EQ(*ReadNoticeAnswer(Write(erased)), erased);
  erased.emergency_access_id.clear();
  EXPECT_EQ(*ReadNoticeAnswer(Write(erased)), erased) << "of a correction, which rests on no basis";
}

TEST(NoticeAnswer, TheSameAnswerIsTheSameBytes) { EXPECT_EQ(Write(Retained()), Write(Retained())); }

TEST(NoticeAnswer, IsNoReceiptOfADecisionNorOneAnAnswer) {
  EXPECT_TRUE(absl::IsInvalidArgument(Read(Write(Retained())).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadNoticeAnswer(Write(Sample())).status()));
}

TEST(NoticeAnswer, WhatIsNoneIsNotRead) {
  const std::string good = Write(Retained());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadNoticeAnswer(good.substr(0, size)).status())) << size;
  }
  for (const char* word : {"WITHDRAWAL", "RETAINED", "\"consent\"", "urn:uuid:22222222", "2026-03"}) {
    std::string bad = good;
    bad.replace(bad.find(word), 4, "????");
    EXPECT_TRUE(absl::IsInvalidArgument(ReadNoticeAnswer(bad).status())) << word;
  }
}

TEST(NoticeAnswer, IsToldInPlainWords) {
  const std::string told = Tell(Retained());
  EXPECT_THAT(told, HasSubstr("a-college (44444444-0000-4000-8000-000000000004) keeps it on another lawful basis"));
  EXPECT_THAT(told, HasSubstr("legal obligation: funding rules"));
  EXPECT_THAT(told, HasSubstr("the person took their consent back"));
  NoticeAnswer sly = Retained();
  sly.retained_basis = "none\x1b[2J";
  EXPECT_EQ(Tell(sly).find('\x1b'), std::string::npos);
}

TEST(NoticeAnswer, EveryWordHasItsRow) {
  for (int number = consent::v1::NoticeType_MIN + 1; number <= consent::v1::NoticeType_MAX; ++number) {
    const auto type = static_cast<consent::v1::NoticeType>(number);
    EXPECT_FALSE(PlainOf(type).empty()) << WordOf(type);
  }
  for (int number = consent::v1::NoticeAnswer_MIN + 1; number <= consent::v1::NoticeAnswer_MAX; ++number) {
    const auto answer = static_cast<consent::v1::NoticeAnswer>(number);
    EXPECT_FALSE(PlainOf(answer).empty()) << WordOf(answer);
  }
}

}  // namespace
}  // namespace nwd::receipt
