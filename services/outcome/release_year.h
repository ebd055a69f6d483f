// One calendar year of one counter as a release prints it: which periods, in which cuts, under disclosure control
// against what earlier releases showed. A year that has not changed since the newest release stands as it was printed.
// Pure.
#pragma once

#include "common/facts/facts.h"
#include "services/outcome/release_tables.h"

namespace nwd::outcome {

struct YearToPrint {
  Counter counter;
  int64_t year;
  Month month;  // the last one the release covers
};

void PutYear(const ReleaseSource& source, const facts::Facts& facts, const YearToPrint& asked, Tables& tables);

}  // namespace nwd::outcome
