#include "tests/bench/consent_calls.h"

namespace nwd::bench {
namespace {

template <class Request>
Request Ask(const Person& person) {
  Request request;
  request.set_person_ref(person.college_ref);
  request.set_purpose(common::v1::PURPOSE_EMPLOYMENT_SUPPORT);
  request.add_categories(common::v1::CATEGORY_IDENTITY);
  request.add_categories(common::v1::CATEGORY_CIRCUMSTANCES);
  request.add_categories(common::v1::CATEGORY_SKILLS);
  request.set_mode(consent::v1::SHARING_MODE_VIEW);
  request.set_consent_id(person.support_consent_id);
  return request;
}

}  // namespace

consent::v1::CheckAccessRequest CheckOf(const Person& person) { return Ask<consent::v1::CheckAccessRequest>(person); }
consent::v1::GetRecordRequest ReadOf(const Person& person) { return Ask<consent::v1::GetRecordRequest>(person); }

}  // namespace nwd::bench
