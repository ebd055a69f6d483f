// The directory's limits, all in one place.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace nwd::directory {

// What a service keeps of a feed's text; longer text is cut and listed.
inline constexpr size_t kNameBytesMax = 300;
inline constexpr size_t kDescriptionBytesMax = 16'000;
inline constexpr size_t kAddressBytesMax = 500;
inline constexpr size_t kUrlBytesMax = 1'000;
inline constexpr size_t kExternalIdBytesMax = 200;
inline constexpr int kPlacesMax = 100;
inline constexpr int kCategoriesMax = 100;
inline constexpr int kContactsMax = 20;
inline constexpr int kAgeMax = 120;

// Problems of one page that are answered; the rest are counted.
inline constexpr int kProblemsListedMax = 200;
// What one import may hold until it is committed.
inline constexpr int64_t kImportServicesMax = 500'000;
inline constexpr int64_t kImportBytesMax = int64_t{1} << 30;
inline constexpr absl::Duration kImportIdleMax = absl::Hours(24);
// Full imports in a row a service may be absent from before it becomes inactive.
inline constexpr int kMissingMax = 3;

// One transaction of a mass write: enough to be cheap a service, small enough that others' writes pass between.
inline constexpr size_t kBatchBytes = 1 << 20;
inline constexpr size_t kBatchServices = 2'000;

// Pages read and imports computed at the same time, and waiting to be.
inline constexpr int kPoolThreads = 2;
inline constexpr int kPoolWaitingMax = 64;

inline constexpr int kRevokedSerialsMax = 1'000;

}  // namespace nwd::directory
