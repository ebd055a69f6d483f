// A receipt with everything in it, for tests.
#pragma once

#include "common/base/check.h"
#include "common/receipt/receipt.h"

namespace nwd::receipt {

inline absl::Time At(const char* text) {
  absl::Time time;
  NWD_CHECK(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  return time;
}

inline Receipt Sample() {
  Receipt receipt;
  receipt.receipt_id = "11111111-0000-4000-8000-000000000001";
  receipt.consent_id = "22222222-0000-4000-8000-000000000002";
  receipt.time = At("2026-03-02T09:00:00.000001Z");
  receipt.event = "GIVE";
  receipt.state = consent::v1::CONSENT_STATE_GIVEN;
  receipt.by_person = true;
  receipt.captor = {"33333333-0000-4000-8000-000000000003", "lambeth"};
  receipt.recorded_by = receipt.captor;
  receipt.recipients = {{"44444444-0000-4000-8000-000000000004", "college"},
                        {"55555555-0000-4000-8000-000000000005", ""}};
  receipt.purpose = common::v1::PURPOSE_EMPLOYMENT_SUPPORT;
  receipt.items = {{common::v1::CATEGORY_SKILLS, "to find work that fits"},
                   {common::v1::CATEGORY_GOALS, "żeby \"pomóc\""}};
  receipt.mode = consent::v1::SHARING_MODE_STORE;
  receipt.valid_from = At("2026-03-03T00:00:00Z");
  receipt.valid_until = At("2026-09-01T00:00:00Z");
  receipt.retention_days = 30;
  receipt.standing = true;
  receipt.max_uses = 5;
  receipt.method = consent::v1::CAPTURE_METHOD_SPOKEN;
  receipt.representative = consent::v1::REPRESENTATIVE_KIND_PARENT;
  receipt.language = "pl";
  receipt.text_sha256 = std::string(64, 'a');
  receipt.text_version = "2026-03";
  receipt.review_on = "2026-06-01";
  receipt.agreement_id = "77777777-0000-4000-8000-000000000007";
  receipt.replaces_consent_id = "66666666-0000-4000-8000-000000000006";
  return receipt;
}

}  // namespace nwd::receipt
