#include "nwd/consent/v1/erasure_service.pb.h"
#include "nwd/consent/v1/rights_service.pb.h"
#include "nwd/outcome/v1/person_data_service.pb.h"
#include "nwd/referral/v1/person_data_service.pb.h"
#include "tests/e2e/good_call_table.h"
#include "tests/e2e/things.h"

namespace nwd::e2e {
namespace {

namespace c = consent::v1;

constexpr char kConsentService[] = "service/consent";

template <class Request>
Request OfPerson(World& world) {
  const World::Referred first = FreshReferral(world);
  referral::v1::GetReferralPartiesRequest get;
  get.set_referral_id(first.referral_id);
  Request request;
  request.add_person_ids(world.Do<referral::v1::GetReferralPartiesResponse>(kOutcomeService, get).person_id());
  request.set_page_size(1);
  return request;
}

template <class Request>
Request OfSomebody(World&) {
  Request request;
  request.add_person_ids("00000000-0000-4000-8000-000000000000");
  return request;
}

}  // namespace

void AddRightsCalls(Table& table) {
  Add(table, kReferrer, "", [](World& world) { return OpeningCase(world, kReferrer, c::CASE_KIND_RECTIFICATION); });
  Add(table, kReferrer, kStranger, [](World& world) {
    OpenedCase(world, kReferrer, c::CASE_KIND_ACCESS);
    OpenedCase(world, kReferrer, c::CASE_KIND_ACCESS);
    c::ListCasesRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kReferrer, "", [](World& world) {
    const c::OpenCaseResponse opened = OpenedCase(world, kReferrer, c::CASE_KIND_ACCESS);
    c::AdvanceCaseRequest advance;
    advance.set_case_id(opened.case_id());
    advance.set_etag(opened.etag());
    advance.set_action(c::CASE_ACTION_EXTEND);
    return advance;
  });
  Add(table, kReferrer, "", [](World& world) {
    const c::OpenCaseResponse opened = OpenedCase(world, kReferrer, c::CASE_KIND_COMPLAINT);
    c::CloseCaseRequest close;
    close.set_case_id(opened.case_id());
    close.set_etag(opened.etag());
    close.set_outcome(c::CASE_OUTCOME_FULFILLED);
    close.set_answer("Sample: we have changed how we ask");
    return close;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::LiftRestrictionRequest lift;
    lift.set_case_id(OpenedCase(world, kReferrer, c::CASE_KIND_RESTRICTION).case_id());
    lift.set_person_told(true);
    return lift;
  });
  Add(table, kReferrer, "", [](World& world) {
    c::ExportPersonRequest asked;
    asked.set_case_id(OpenedCase(world, kReferrer, c::CASE_KIND_ACCESS).case_id());
    asked.set_format(c::EXPORT_FORMAT_JSON);
    return asked;
  });
  Add(table, kAdmin, kSecondAdmin, [](World&) { return c::ListOverdueCasesRequest(); });
  Add(table, kAdmin, kSecondAdmin, [](World& world) {
    GrantedErasure(world, kReferrer);
    GrantedErasure(world, kReferrer);
    c::ListErasuresRequest list;
    list.set_page_size(1);
    return list;
  });
  Add(table, kAdmin, "", [](World& world) { return GrantedErasure(world, kReferrer); });
  Add(table, kConsentService, "", [](World& world) { return OfSomebody<referral::v1::ConfirmErasureRequest>(world); });
  Add(table, kConsentService, "", [](World& world) { return OfSomebody<outcome::v1::ConfirmErasureRequest>(world); });
  Add(table, kConsentService, "",
      [](World& world) { return OfPerson<referral::v1::ListPersonReferralsRequest>(world); });
  Add(table, kConsentService, "", [](World& world) { return OfPerson<outcome::v1::ListPersonStepsRequest>(world); });
}

}  // namespace nwd::e2e
