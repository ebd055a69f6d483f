// The calls to the consent service that several benches make.
#pragma once

#include "nwd/consent/v1/access_service.pb.h"
#include "nwd/consent/v1/record_service.pb.h"
#include "tests/bench/population.h"

namespace nwd::bench {

// May the college look at three sections.
consent::v1::CheckAccessRequest CheckOf(const Person& person);
// The college reads them.
consent::v1::GetRecordRequest ReadOf(const Person& person);

}  // namespace nwd::bench
