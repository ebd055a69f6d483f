#include "common/receipt/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/strings.h"
#include "common/receipt/terms.h"
#include "tests/common/receipt/sample.h"

namespace nwd::receipt {
namespace {

using nlohmann::json;

TEST(Receipt, ReadsBackAsItWasWritten) {
  EXPECT_EQ(*Read(Write(Sample())), Sample());
  Receipt plain = Sample();
  plain.valid_from = absl::InfinitePast();
  plain.representative = consent::v1::REPRESENTATIVE_KIND_UNSPECIFIED;
  plain.review_on.clear();
  plain.agreement_id.clear();
  plain.replaces_consent_id.clear();
  plain.replaced_by_consent_id = "77777777-0000-4000-8000-000000000007";
  plain.recorded_by = {"88888888-0000-4000-8000-000000000008", "neither-of-them"};
  plain.by_person = false;
  plain.recipients = {plain.captor};
  EXPECT_EQ(*Read(Write(plain)), plain);
}

TEST(Receipt, OfAnEndItSaysNoMoreThanIsKnown) {
  Receipt withdrawn = Sample();
  withdrawn.event = "WITHDRAW";
  withdrawn.state = consent::v1::CONSENT_STATE_WITHDRAWN;
  const json status = json::parse(Write(withdrawn))["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"];
  EXPECT_EQ(status["@type"], json::array({"dpv:ConsentWithdrawn"}));
  EXPECT_EQ(status["dpv:isIndicatedBy"], "dpv:DataSubject") << "or who acts for them: that was not asked";
  EXPECT_FALSE(status.contains("dpv:hasIndicationMethod"));
  EXPECT_EQ(*Read(Write(withdrawn)), withdrawn);
}

TEST(Receipt, TheSameReceiptIsTheSameBytes) { EXPECT_EQ(Write(Sample()), Write(Sample())); }

TEST(Receipt, HasTheFieldsThatTheStandardRequires) {
  const json receipt = json::parse(Write(Sample()));
  EXPECT_EQ(receipt["@type"], "dpv:ConsentReceipt");
  EXPECT_EQ(receipt["dct:conformsTo"], "https://w3id.org/dpv/schema/dpv-27560#receipt");
  EXPECT_EQ(receipt["dct:identifier"], Sample().receipt_id);
  const json& record = receipt["dpv:hasRecordOfActivity"];
  EXPECT_EQ(record["dct:conformsTo"], "https://w3id.org/dpv/schema/dpv-27560#record") << "schema version";
  EXPECT_EQ(record["dct:identifier"], Sample().consent_id) << "record id";
  EXPECT_EQ(record["dpv:hasDataSubject"]["@id"], Cat("urn:uuid:", Sample().consent_id, "#person")) << "principal id";
  EXPECT_EQ(record["dpv:hasNotice"]["@id"], Cat("urn:sha256:", Sample().text_sha256)) << "privacy notice";
  EXPECT_EQ(record["dpv:hasNotice"]["dct:language"], "pl") << "language";
  const json& process = record["dpv:hasProcess"];
  EXPECT_EQ(process["dpv:hasPurpose"]["skos:broader"], "dpv:ServiceProvision") << "purpose";
  EXPECT_EQ(process["dpv:hasPersonalData"].size(), 2u) << "information and its type";
  EXPECT_EQ(process["dpv:hasPersonalData"][0]["skos:broader"], "pd:Professional");
  EXPECT_EQ(process["dpv:hasRecipient"].size(), 2u) << "recipients";
  EXPECT_EQ(record["nwd:agreement"], Cat("urn:uuid:", Sample().agreement_id)) << "no term of the vocabulary";
  EXPECT_EQ(process["dpv:hasStorageCondition"][0]["dpv:hasLocation"], "loc:GB") << "storage location";
  EXPECT_EQ(process["dpv:hasStorageCondition"][1]["dpv:hasDuration"], "P30D") << "retention";
  EXPECT_EQ(record["dpv:hasDataController"], Cat("urn:uuid:", Sample().captor.organisation_id)) << "controller";
  EXPECT_EQ(record["dpv:hasJurisdiction"], "loc:GB") << "jurisdiction";
  EXPECT_TRUE(record["dpv:hasConsentControl"].contains("dpv:isExercisedAt")) << "withdrawal method";
  EXPECT_EQ(record["dpv:hasEntity"].size(), 3u) << "parties";
  EXPECT_EQ(record["dpv:hasLegalBasis"], "eu-gdpr:A6-1-a") << "lawful basis";
  const json& event = record["dpv:hasConsentStatus"];
  EXPECT_EQ(event["@type"][0], "dpv:ConsentGiven") << "event type and state";
  EXPECT_EQ(event["dpv:isIndicatedAtTime"], "2026-03-02T09:00:00.000001Z") << "event time";
  EXPECT_EQ(event["dpv:isIndicatedBy"]["@type"], "dpv:ParentOfDataSubject") << "entity";
  EXPECT_EQ(event["dpv:hasDuration"]["rdf:value"], "2026-09-01T00:00:00.000000Z") << "validity duration";
}

TEST(Receipt, WhatIsNoneIsNotRead) {
  const std::string good = Write(Sample());
  for (const std::string& bad : {std::string(), std::string("[]"), std::string("7"), std::string("{}"),
                                 good.substr(0, good.size() / 2), good + "}"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Read(bad).status())) << bad;
  }
  const json whole = json::parse(good);
  for (const char* path :
       {"/dct:conformsTo", "/dpv:hasRecordOfActivity", "/dpv:hasRecordOfActivity/dpv:hasProcess/nwd:mode",
        "/dpv:hasRecordOfActivity/dpv:hasConsentStatus/nwd:event", "/dpv:hasRecordOfActivity/dpv:hasEntity",
        "/dpv:hasRecordOfActivity/dpv:hasProcess/dpv:hasPersonalData/0/@id",
        "/dpv:hasRecordOfActivity/dpv:hasConsentStatus/dpv:isIndicatedAtTime"}) {
    json changed = whole;
    changed[json::json_pointer(path)] = "another";
    EXPECT_TRUE(absl::IsInvalidArgument(Read(changed.dump()).status())) << path;
    changed[json::json_pointer(path)] = nullptr;
    EXPECT_TRUE(absl::IsInvalidArgument(Read(changed.dump()).status())) << path;
  }
}

TEST(Receipt, TellsInPlainWordsWhatWasAgreed) {
  const std::string told = Tell(Sample());
  for (const char* words : {"their parent agreed", "2026-03-02 09:00:00 UTC", "lambeth (33333333", "in spoken words",
                            "to help you find, keep or progress in work",
                            "skills and qualifications: to find work that fits", "college (44444444", "55555555-0000",
                            "keep it, for 30 days", "until 2026-09-01", "at most 5 times", "version 2026-03, pl"}) {
    EXPECT_THAT(told, ::testing::HasSubstr(words));
  }
  Receipt withdrawn = Sample();
  withdrawn.event = "WITHDRAW";
  EXPECT_THAT(Tell(withdrawn), ::testing::HasSubstr("the person, or who acts for them, took it back"));
  withdrawn.representative = consent::v1::REPRESENTATIVE_KIND_UNSPECIFIED;
  EXPECT_THAT(Tell(withdrawn), ::testing::HasSubstr("the person took it back"));
}

TEST(Receipt, NothingInItWritesOverATerminal) {
  Receipt nasty = Sample();
  nasty.items[0].necessity = "\x1b[2Jgone\rforged\nvalid";
  for (const char letter : Tell(nasty)) {
    EXPECT_TRUE(letter == '\n' || static_cast<unsigned char>(letter) >= ' ') << static_cast<int>(letter);
  }
  EXPECT_EQ(Tell(nasty).find("\nvalid"), std::string::npos);
}

template <class Enum>
void ExpectTerms(const google::protobuf::EnumDescriptor& descriptor, bool in_vocabulary = true) {
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const int number = descriptor.value(i)->number();
    if (number == 0) continue;
    const Term term = TermOf(static_cast<Enum>(number));
    EXPECT_NE(term.plain, "") << descriptor.value(i)->name();
    EXPECT_EQ(term.dpv.empty(), !in_vocabulary) << descriptor.value(i)->name();
    EXPECT_TRUE(absl::EndsWith(descriptor.value(i)->name(), AbslView(WordOf(static_cast<Enum>(number)))));
  }
}

TEST(Receipt, EveryWordOfTheApiHasItsTerms) {
  ExpectTerms<common::v1::Purpose>(*common::v1::Purpose_descriptor());
  ExpectTerms<common::v1::Category>(*common::v1::Category_descriptor());
  ExpectTerms<consent::v1::SharingMode>(*consent::v1::SharingMode_descriptor());
  ExpectTerms<consent::v1::CaptureMethod>(*consent::v1::CaptureMethod_descriptor(), /*in_vocabulary=*/false);
  ExpectTerms<consent::v1::RepresentativeKind>(*consent::v1::RepresentativeKind_descriptor());
}

}  // namespace
}  // namespace nwd::receipt
