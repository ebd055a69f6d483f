// What others follow: the changes this service appends to its feed. Ids and types only; no names, references or text.
// Values only; thread-safe.
#pragma once

#include "nwd/common/v1/change_service.pb.h"
#include "services/referral/storage.pb.h"

namespace nwd::referral {

common::v1::Change ReferralChangeOf(const storage::Referral& referral, const storage::Event& event);
common::v1::Change AppointmentChangeOf(const storage::Appointment& appointment, int64_t time_us);

}  // namespace nwd::referral
