#include "services/directory/feed_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/facts/facts.h"
#include "services/directory/feed_contacts.h"

namespace nwd::directory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FeedReaderTest : public ::testing::Test {
 protected:
  FeedReaderTest() : facts_(*facts::Facts::Load(NWD_DATA_DIR)), areas_(facts_), reader_(areas_, gazetteer_) {
    EXPECT_TRUE(gazetteer_.LoadOutcodes(std::string(NWD_DATA_DIR) + "/outcodes-london.csv").ok());
  }
  // A page of one service with these members besides id and name.
  ParsedPage ReadOne(const std::string& members) {
    return reader_.Read(R"({"contents":[{"id":"s1","name":"One")" + (members.empty() ? "" : "," + members) + "}]}",
                        "page");
  }
  v1::Service One(const std::string& members) {
    ParsedPage page = ReadOne(members);
    EXPECT_THAT(page.services, SizeIs(1));
    return page.services.empty() ? v1::Service() : page.services[0].service();
  }
  // The fields listed as problems.
  std::vector<std::string> Fields(const std::string& members) {
    std::vector<std::string> fields;
    for (const v1::ImportProblem& problem : ReadOne(members).problems) fields.push_back(problem.field());
    return fields;
  }

  facts::Facts facts_;
  Areas areas_;
  geo::Gazetteer gazetteer_;
  FeedReader reader_;
};

TEST_F(FeedReaderTest, AServiceOfTheProfileIsTaken) {
  const ParsedPage page = reader_.Read(R"({"total_items": 99, "contents": [{
      "id": "s1", "name": "Debt advice", "description": "<p>Free &amp; open</p>", "status": "active",
      "organization": {"id": "o1", "name": "Advice Ltd"}, "minimum_age": 18, "maximum_age": 65, "url": "https://example.org/",
      "service_areas": [{"extent_type": "ons_code", "extent": "E09000022"}],
      "service_at_locations": [{"location": {"name": "Office", "latitude": 51.46, "longitude": -0.11,
        "addresses": [{"address_1": "1 High Street", "city": "London", "postal_code": "sw21aa", "state_province": "Lambeth"}]}}],
      "attributes": [{"link_type": "service_type", "taxonomy_term": {"code": "DEBT", "name": "Debt", "taxonomy": "T"}}],
      "contacts": [{"name": "Desk", "email": "desk@example.org", "phones": [{"number": "020 7946 0018"}]}]}]})",
                                       "page");
  EXPECT_EQ(page.problem_count, 0);
  ASSERT_THAT(page.services, SizeIs(1));
  const v1::Service& service = page.services[0].service();
  EXPECT_EQ(page.services[0].provider_external_id(), "o1");
  EXPECT_EQ(service.external_id(), "s1");
  EXPECT_EQ(service.name(), "Debt advice");
  EXPECT_EQ(service.description(), "Free & open");
  EXPECT_EQ(service.provider_name(), "Advice Ltd");
  EXPECT_TRUE(service.active());
  EXPECT_THAT(service.boroughs(), ElementsAre("E09000022"));
  EXPECT_EQ(service.minimum_age(), 18);
  EXPECT_EQ(service.maximum_age(), 65);
  EXPECT_EQ(service.categories(0).code(), "DEBT");
  EXPECT_EQ(service.places(0).address(), "1 High Street, London");
  EXPECT_EQ(service.places(0).postcode(), "SW2 1AA");
  EXPECT_EQ(service.places(0).borough(), "E09000022");
  EXPECT_EQ(service.contacts(0).phone(), "020 7946 0018");
  EXPECT_EQ(service.contacts(0).email(), "desk@example.org");
}

TEST_F(FeedReaderTest, APageThatIsNoJsonIsOneProblemOfThePage) {
  for (const std::string bytes : {"<html>", "{\"contents\": [", "", "[1,", "\xff\xfe"}) {
    const ParsedPage page = reader_.Read(bytes, "broken.json");
    EXPECT_TRUE(page.unreadable);
    EXPECT_THAT(page.services, SizeIs(0));
    ASSERT_THAT(page.problems, SizeIs(1)) << bytes;
    EXPECT_EQ(page.problems[0].index(), -1);
    EXPECT_EQ(page.problems[0].page(), "broken.json");
    EXPECT_TRUE(page.problems[0].left_out());
  }
}

TEST_F(FeedReaderTest, APageWithoutContentsIsOneProblem) {
  const ParsedPage page = reader_.Read(R"({"services": []})", "page");
  ASSERT_THAT(page.problems, SizeIs(1));
  EXPECT_EQ(page.problems[0].field(), "contents");
}

TEST_F(FeedReaderTest, BrokenServicesAreLeftOutAndTheRestTaken) {
  const ParsedPage page = reader_.Read(R"({"contents": [
      {"id": "a", "name": "A"}, {"id": "b"}, 7, {"name": "No id"}, {"id": "c", "name": "<br/>"}, {"id": "d", "name": "D"}]})",
                                       "page");
  ASSERT_THAT(page.services, SizeIs(2));
  EXPECT_EQ(page.services[1].service().external_id(), "d");
  EXPECT_EQ(page.left_out, 4);
  ASSERT_THAT(page.problems, SizeIs(4));
  EXPECT_EQ(page.problems[0].index(), 1);
  EXPECT_EQ(page.problems[0].field(), "name");
  EXPECT_EQ(page.problems[1].index(), 2);
  EXPECT_EQ(page.problems[2].field(), "id");
  EXPECT_THAT(page.left_out_ids, ElementsAre("b", "c"));
}

TEST_F(FeedReaderTest, AgesThatAreNoneCountAsNotSaid) {
  EXPECT_FALSE(One(R"("minimum_age": -1)").has_minimum_age());
  EXPECT_THAT(Fields(R"("minimum_age": -1, "maximum_age": 999)"), ElementsAre("minimum_age", "maximum_age"));
  EXPECT_EQ(One(R"("minimum_age": "16")").minimum_age(), 16);
  EXPECT_EQ(One(R"("maximum_age": 24.0)").maximum_age(), 24);
  EXPECT_THAT(Fields(R"("minimum_age": 30, "maximum_age": 20)"), ElementsAre("minimum_age"));
  EXPECT_THAT(Fields(R"("minimum_age": null)"), SizeIs(0));
}

TEST_F(FeedReaderTest, NullsAreAbsenceAndBadMailIsListed) {
  EXPECT_THAT(Fields(R"("email": null, "url": null, "description": null, "contacts": null, "attributes": null)"),
              SizeIs(0));
  EXPECT_THAT(Fields(R"("contacts": [{"email": "not mail"}])"), ElementsAre("contacts[0].email"));
}

TEST_F(FeedReaderTest, ALabelledNumberIsParted) {
  const v1::Service service = One(R"("contacts": [{"phones": [{"number": "Bristol Youth MAPS: 0117 496 0000"}]}])");
  ASSERT_EQ(service.contacts_size(), 1);
  EXPECT_EQ(service.contacts(0).phone(), "0117 496 0000");
  EXPECT_EQ(service.contacts(0).name(), "Bristol Youth MAPS");
  EXPECT_EQ(SplitPhone("020 7946 0018 ext 5").number, "020 7946 0018");
  EXPECT_EQ(SplitPhone("Team 24: 020 7946 0018").label, "Team 24");
  EXPECT_EQ(SplitPhone("ring the bell").number, "");
  EXPECT_THAT(Fields(R"("contacts": [{"phones": [{"number": "ring the bell"}]}])"),
              ElementsAre("contacts[0].phones[0].number"));
}

TEST_F(FeedReaderTest, PointsAreMendedOrFoundByPostcode) {
  const auto place = [&](const std::string& location) {
    return One(R"("service_at_locations": [{"location": {)" + location + "}}]").places(0);
  };
  EXPECT_NEAR(place(R"("name": "x", "latitude": -0.11, "longitude": 51.46)").latitude(), 51.46, 1e-9) << "exchanged";
  EXPECT_FALSE(place(R"("name": "x", "latitude": 100, "longitude": 101)").has_latitude());
  EXPECT_FALSE(place(R"("name": "x", "latitude": 0, "longitude": 0)").has_latitude());
  EXPECT_NEAR(place(R"("latitude": "51.46", "longitude": "-0.11")").latitude(), 51.46, 1e-9) << "numbers as text";
  const v1::Place found = place(R"("addresses": [{"postal_code": "BR1 1BY"}])");
  EXPECT_NEAR(found.latitude(), 51.40534, 1e-5);
  EXPECT_EQ(found.borough(), "E09000006");
  EXPECT_THAT(Fields(R"("service_at_locations": [{"location": {"latitude": 100, "longitude": 101}}])"),
              ElementsAre("service_at_locations[0].location.latitude"));
  EXPECT_THAT(Fields(R"("service_at_locations": [{"location": {"latitude": 0, "longitude": 0,
                        "addresses": [{"postal_code": "BR1 1BY"}]}}])"),
              ElementsAre("service_at_locations[0].location.latitude"))
      << "the postcode's point is not the feed's";
}

TEST_F(FeedReaderTest, OfAPointThatIsNoneBothNumbersAreNamed) {
  for (const char* point : {R"("latitude": 999, "longitude": "west")", R"("latitude": 51.46, "longitude": true)"}) {
    EXPECT_THAT(Fields(absl::StrCat(R"("service_at_locations": [{"location": {)", point, "}}]")),
                ElementsAre("service_at_locations[0].location.longitude", "service_at_locations[0].location.latitude"))
        << point;
  }
}

TEST_F(FeedReaderTest, AnIdOfBlanksIsNone) {
  const ParsedPage page =
      reader_.Read(R"({"contents": [{"id": "  \u0020 ", "name": "A"}, {"id": "b", "name": "B"}]})", "page");
  EXPECT_THAT(page.services, SizeIs(1));
  ASSERT_THAT(page.problems, SizeIs(1));
  EXPECT_EQ(page.problems[0].field(), "id");
  EXPECT_TRUE(page.problems[0].left_out());
}

TEST_F(FeedReaderTest, ControlCharactersAreLeftOutAndListed) {
  EXPECT_EQ(One(R"("description": "a\u0000b\u001b[31mc\u202ed")").description(), "a b [31mcd");
  EXPECT_THAT(Fields(R"("description": "a\u202eb", "contacts": [{"name": "\u0007Desk", "email": "desk@example.org"}])"),
              ElementsAre("description", "contacts[0].name"));
  EXPECT_THAT(Fields(R"("url": "https://example.org/\u202egpj.exe")"), ElementsAre("url"));
}

TEST_F(FeedReaderTest, AreasAreUnderstoodInManySpellings) {
  const auto boroughs = [&](const std::string& area) { return One(R"("service_areas": [{)" + area + "}]").boroughs(); };
  EXPECT_THAT(boroughs(R"("extent": "E09000022")"), ElementsAre("E09000022"));
  EXPECT_THAT(boroughs(R"("uri": "http://statistics.data.gov.uk/id/statistical-geography/E09000022")"),
              ElementsAre("E09000022"));
  EXPECT_THAT(boroughs(R"("name": "London Borough of Lambeth")"), ElementsAre("E09000022"));
  EXPECT_THAT(boroughs(R"("name": "City of London")"), ElementsAre("E09000001"));
  EXPECT_THAT(boroughs(R"("name": "City of Westminster")"), ElementsAre("E09000033"));
  EXPECT_THAT(boroughs(R"("name": "Hammersmith & Fulham")"), ElementsAre("E09000013"));
  EXPECT_THAT(boroughs(R"("name": "Kingston upon Thames")"), ElementsAre("E09000021"));
  EXPECT_THAT(boroughs(R"("extent": "E12000007")"), SizeIs(33));
  EXPECT_THAT(boroughs(R"("name": "Greater London")"), SizeIs(33));
  EXPECT_THAT(boroughs(R"("name": "South London Partnership")"), SizeIs(5));
  EXPECT_THAT(Fields(R"("service_areas": [{"extent": "E06000023"}])"), ElementsAre("service_areas[0]"));
  EXPECT_THAT(Fields(R"("service_areas": [{"name": "My City"}])"), ElementsAre("service_areas[0]"));
}

TEST_F(FeedReaderTest, VendorsKeysDoNotMatter) {
  const std::string members = R"("pc_metadata": {"a": [1]}, "serviceId": 4005, "schedules": "none")";
  EXPECT_EQ(One(members).name(), "One");
  EXPECT_THAT(Fields(members), SizeIs(0));
  EXPECT_EQ(
      reader_
          .Read(
              R"({"content": [{"id": 7, "name": "Seven", "link_taxonomy": [{"taxonomy": {"id": "t", "name": "T"}}]}]})",
              "v1")
          .services[0]
          .service()
          .external_id(),
      "7");
  EXPECT_THAT(reader_.Read(R"([{"id": "a", "name": "A"}])", "bare").services, SizeIs(1));
}

// Every field that is read, in another type than the standard gives it: the service stays, the field is listed.
TEST_F(FeedReaderTest, AWrongTypeIsSaidWhereverItIs) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("description": {})", "description"},
      {R"("description": 5)", "description"},
      {R"("url": ["https://example.org"])", "url"},
      {R"("status": true)", "status"},
      {R"("email": ["desk@example.org"])", "email"},
      {R"("phones": "020 7946 0018")", "phones"},
      {R"("phones": [7])", "phones[0]"},
      {R"("phones": [{"number": {}}])", "phones[0].number"},
      {R"("minimum_age": "16")", "minimum_age"},
      {R"("minimum_age": [16])", "minimum_age"},
      {R"("minimum_age": 16.5)", "minimum_age"},
      {R"("maximum_age": "old")", "maximum_age"},
      {R"("eligibility": {})", "eligibility"},
      {R"("eligibility": [7])", "eligibility[0]"},
      {R"("eligibility": [{"minimum_age": {}}])", "eligibility[0].minimum_age"},
      {R"("organization": "Advice Ltd")", "organization"},
      {R"("organization": [])", "organization"},
      {R"("organization": null)", "organization"},
      {R"("organization": {"id": 5, "name": "Advice Ltd"})", "organization.id"},
      {R"("organization": {"id": 5.5, "name": "Advice Ltd"})", "organization.id"},
      {R"("organization": {"id": "", "name": "Advice Ltd"})", "organization.id"},
      {R"("organization": {"id": "o", "name": []})", "organization.name"},
      {R"("organization_id": {})", "organization_id"},
      {R"("attributes": {})", "attributes"},
      {R"("attributes": ["DEBT"])", "attributes[0]"},
      {R"("attributes": [{}])", "attributes[0]"},
      {R"("attributes": [{"taxonomy_term": "DEBT"}])", "attributes[0].taxonomy_term"},
      {R"("attributes": [{"taxonomy_term": {"code": 5, "name": "Debt"}}])", "attributes[0].taxonomy_term.code"},
      {R"("attributes": [{"taxonomy_term": {"code": "5", "taxonomy": {}}}])", "attributes[0].taxonomy_term.taxonomy"},
      {R"("link_taxonomy": 5)", "link_taxonomy"},
      {R"("service_areas": {})", "service_areas"},
      {R"("service_areas": ["Lambeth"])", "service_areas[0]"},
      {R"("service_areas": [{"extent": {}, "name": "Lambeth"}])", "service_areas[0].extent"},
      {R"("service_at_locations": {})", "service_at_locations"},
      {R"("service_at_locations": "none")", "service_at_locations"},
      {R"("service_at_locations": [null])", "service_at_locations[0]"},
      {R"("service_at_locations": [{}])", "service_at_locations[0]"},
      {R"("service_at_locations": [{"location": []}])", "service_at_locations[0].location"},
      {R"("service_at_locations": [{"location": {"name": 5}}])", "service_at_locations[0].location.name"},
      {R"("service_at_locations": [{"location": {"latitude": "51.46", "longitude": -0.11}}])",
       "service_at_locations[0].location.latitude"},
      {R"("service_at_locations": [{"location": {"latitude": 51.46}}])", "service_at_locations[0].location.latitude"},
      {R"("service_at_locations": [{"location": {"addresses": {}}}])", "service_at_locations[0].location.addresses"},
      {R"("service_at_locations": [{"location": {"addresses": [5]}}])",
       "service_at_locations[0].location.addresses[0]"},
      {R"("service_at_locations": [{"location": {"addresses": [{"address_type": 5}]}}])",
       "service_at_locations[0].location.addresses[0].address_type"},
      {R"("service_at_locations": [{"location": {"addresses": [{"city": 5}]}}])",
       "service_at_locations[0].location.addresses[0].city"},
      {R"("service_at_locations": [{"location": {"addresses": [{"postal_code": {}}]}}])",
       "service_at_locations[0].location.addresses[0].postal_code"},
      {R"("contacts": {})", "contacts"},
      {R"("contacts": ["Desk"])", "contacts[0]"},
      {R"("contacts": [{"name": []}])", "contacts[0].name"},
      {R"("contacts": [{"phones": {}}])", "contacts[0].phones"},
  };
  for (const auto& [members, field] : cases) {
    EXPECT_EQ(One(members).name(), "One") << members;
    EXPECT_THAT(Fields(members), ElementsAre(field)) << members;
  }
}

TEST_F(FeedReaderTest, WhatIsReadAsWhatItShouldBeMustBeThat) {
  EXPECT_THAT(Fields(R"("maximum_age": "nan")"), ElementsAre("maximum_age", "maximum_age"));
  EXPECT_THAT(Fields(R"("phones": [{"number": 7}])"), ElementsAre("phones[0].number", "phones[0].number"));
  EXPECT_THAT(One(R"("maximum_age": "nan", "phones": [{"number": 7}])").contacts(), SizeIs(0));
}

TEST_F(FeedReaderTest, WhatIsWrongIsSaidAsAPublisherWouldCallIt) {
  const auto problem = [&](const std::string& members) { return ReadOne(members).problems.at(0).description(); };
  EXPECT_EQ(problem(R"("service_at_locations": {})"), "is an object, not a list; it was dropped");
  EXPECT_EQ(problem(R"("description": 5)"), "is a number, not text; it was read as \"5\"");
  EXPECT_EQ(problem(R"("minimum_age": "16")"), "is text, not a number; it was read as one");
  EXPECT_EQ(problem(R"("organization": null)"), "is null; no provider can be linked");
}

TEST_F(FeedReaderTest, AServiceWithoutUsableIdOrNameIsLeftOutForOneReason) {
  for (const char* entry :
       {R"({"name": "A"})", R"({"id": null, "name": "A"})", R"({"id": "", "name": "A"})", R"({"id": [], "name": "A"})",
        R"({"id": 1.5, "name": "A"})", R"({"id": "a\nb", "name": "A"})", R"({"id": "a"})", R"({"id": "a", "name": {}})",
        R"({"id": "a", "name": " "})", R"("a")", "null"}) {
    const ParsedPage page = reader_.Read(absl::StrCat(R"({"contents": [)", entry, "]}"), "page");
    EXPECT_THAT(page.services, SizeIs(0)) << entry;
    ASSERT_THAT(page.problems, SizeIs(1)) << entry;
    EXPECT_TRUE(page.problems[0].left_out()) << entry;
    EXPECT_EQ(page.problems[0].index(), 0) << entry;
  }
}

TEST_F(FeedReaderTest, AnIdThatIsANumberIsTakenAsItsDigitsAndListed) {
  const ParsedPage page = reader_.Read(
      R"({"contents": [{"id": 4005, "name": "A"}, {"id": 18446744073709551615, "name": "B"}, {"id": 7}]})", "page");
  ASSERT_THAT(page.services, SizeIs(2));
  EXPECT_EQ(page.services[0].service().external_id(), "4005");
  EXPECT_EQ(page.services[1].service().external_id(), "18446744073709551615");
  ASSERT_THAT(page.problems, SizeIs(4));
  EXPECT_EQ(page.problems[0].field(), "id");
  EXPECT_FALSE(page.problems[0].left_out());
  EXPECT_THAT(page.left_out_ids, ElementsAre("7")) << "it is not missing from the feed";
}

TEST_F(FeedReaderTest, AWholeNumberWithAPointIsAnIdToo) {
  const ParsedPage page = reader_.Read(
      R"({"contents": [{"id": 12.0, "name": "A", "organization": {"id": 3e2}}, {"id": 9007199254740991.0, "name": "B"},
                       {"id": -0.0, "name": "C"}, {"id": 7.0}]})",
      "page");
  ASSERT_THAT(page.services, SizeIs(3));
  EXPECT_EQ(page.services[0].service().external_id(), "12");
  EXPECT_EQ(page.services[0].provider_external_id(), "300");
  EXPECT_EQ(page.services[1].service().external_id(), "9007199254740991");
  EXPECT_EQ(page.services[2].service().external_id(), "0");
  ASSERT_THAT(page.problems, SizeIs(6));
  EXPECT_EQ(page.problems[0].description(), "is a number, not text; it was read as \"12\"");
  EXPECT_FALSE(page.problems[0].left_out());
  EXPECT_THAT(page.left_out_ids, ElementsAre("7")) << "it is not missing from the feed";
}

TEST_F(FeedReaderTest, ANumberWhoseDigitsAreNotCertainIsNoId) {
  for (const char* id : {"12.5", "9007199254740992.0", "-9007199254740992.0", "1e300"}) {
    const ParsedPage page = reader_.Read(absl::StrCat(R"({"contents": [{"id": )", id, R"(, "name": "A"}]})"), "page");
    EXPECT_EQ(page.left_out, 1) << id;
    ASSERT_THAT(page.problems, SizeIs(1)) << id;
    EXPECT_EQ(page.problems[0].description(), "is a number that is not whole, or too large; it was dropped") << id;
    EXPECT_THAT(page.left_out_ids, SizeIs(0)) << id;
  }
}

TEST_F(FeedReaderTest, AnEmptyIdNamesNothing) {
  EXPECT_THAT(reader_.Read(R"({"contents": [{"id": "", "name": "A"}]})", "page").left_out_ids, SizeIs(0));
}

TEST_F(FeedReaderTest, WhereEachServiceStoodIsKept) {
  const ParsedPage page = reader_.Read(R"({"contents": [{"id": "a", "name": "A"}, 7, {"id": "b", "name": "B"}]})", "p");
  EXPECT_THAT(page.indexes, ElementsAre(0, 2));
}

TEST_F(FeedReaderTest, MoreThanAServiceMayHaveIsSaid) {
  std::string attributes, contacts;
  for (int i = 0; i < 102; ++i) {
    attributes += absl::StrCat(i == 0 ? "" : ",", R"({"taxonomy_term": {"code": "c)", i, R"("}})");
  }
  for (int i = 0; i < 21; ++i) contacts += absl::StrCat(i == 0 ? "" : ",", R"({"email": "desk@example.org"})");
  EXPECT_THAT(Fields(absl::StrCat(R"("attributes": [)", attributes, "]")), ElementsAre("attributes[100]"));
  EXPECT_THAT(Fields(absl::StrCat(R"("contacts": [)", contacts, "]")), ElementsAre("contacts[20].email"));
}

TEST_F(FeedReaderTest, AByteOrderMarkDoesNotMatter) {
  const ParsedPage page = reader_.Read("\xef\xbb\xbf{\"contents\": [{\"id\": \"a\", \"name\": \"A\"}]}", "page");
  EXPECT_THAT(page.services, SizeIs(1));
  EXPECT_EQ(page.problem_count, 0);
}

TEST_F(FeedReaderTest, NaNIsNullOutsideText) {
  const ParsedPage page = reader_.Read(R"({"contents": [{"id": "a", "name": "A \"NaN\" -Infinity", "minimum_age": NaN,
      "service_at_locations": [{"location": {"name": "x", "latitude": -Infinity, "longitude": NaN}}]}]})",
                                       "page");
  ASSERT_THAT(page.services, SizeIs(1));
  EXPECT_EQ(page.services[0].service().name(), "A \"NaN\" -Infinity");
  EXPECT_FALSE(page.services[0].service().has_minimum_age());
  EXPECT_FALSE(page.services[0].service().places(0).has_latitude());
  ASSERT_THAT(page.problems, SizeIs(1));
  EXPECT_EQ(page.problems[0].index(), -1);
  EXPECT_FALSE(page.problems[0].left_out());
  EXPECT_TRUE(reader_.Read(R"({"contents": [NaN)", "page").unreadable);
}

TEST_F(FeedReaderTest, ACompressedPageIsCalledThat) {
  EXPECT_THAT(reader_.Read("\x1f\x8b\x08 and so on", "page").problems.at(0).description(), HasSubstr("gzip"));
}

TEST_F(FeedReaderTest, StatusesOtherThanActiveAreInactive) {
  EXPECT_TRUE(One(R"("status": "Active")").active());
  EXPECT_TRUE(One("").active());
  EXPECT_FALSE(One(R"("status": "temporarily closed")").active());
  EXPECT_THAT(Fields(R"("status": "running")"), ElementsAre("status"));
}

TEST_F(FeedReaderTest, OverlongTextIsCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "é";
  const ParsedPage page = reader_.Read(R"({"contents": [{"id": "a", "name": ")" + name + R"("}]})", "page");
  ASSERT_THAT(page.services, SizeIs(1));
  EXPECT_EQ(page.services[0].service().name().size(), 300u);
  EXPECT_EQ(page.problems[0].field(), "name");
}

TEST_F(FeedReaderTest, ProblemsBeyondTheLimitAreCounted) {
  std::string contents;
  for (int i = 0; i < 500; ++i) contents += (i == 0 ? "{}" : ",{}");
  const ParsedPage page = reader_.Read(R"({"contents": [)" + contents + "]}", "page");
  EXPECT_EQ(page.problem_count, 500);
  EXPECT_THAT(page.problems, SizeIs(200));
  EXPECT_EQ(page.left_out, 500);
}

}  // namespace
}  // namespace nwd::directory
