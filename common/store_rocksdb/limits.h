// Everything in the RocksDB engine that is bounded, and by how much. Together they are to keep a service with 1,000,000
// people under 512 MiB resident: cache 192 (and 96 for their keys), write buffers 68, the rest is the program.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace nwd::store::rocks {

// Updates waiting for the committer; more are refused.
inline constexpr size_t kWaitingUpdatesMax = 4096;
inline constexpr absl::Duration kRefusedRetryAfter = absl::Milliseconds(200);
// Updates in one synced write, and the bytes after which a batch takes no further update (one update may be
// store::kUpdateBytesMax more).
inline constexpr size_t kBatchUpdatesMax = 1024;
inline constexpr size_t kBatchBytesMax = 2 << 20;

// Data blocks, indexes and filters together.
inline constexpr size_t kBlockCacheBytes = 192 << 20;
inline constexpr int kBlockCacheShardBits = 4;
inline constexpr size_t kFeedsBlockBytes = 16 << 10;
// Memory tables: one being written and those waiting to reach the disk.
inline constexpr size_t kDataWriteBufferBytes = 16 << 20;
inline constexpr size_t kFeedsWriteBufferBytes = 8 << 20;
inline constexpr size_t kMetaWriteBufferBytes = 256 << 10;
inline constexpr int kDataWriteBuffersMax = 3;
inline constexpr int kFeedsWriteBuffersMax = 2;
// What a restart replays at most: 0.7 s on two busy cores.
inline constexpr uint64_t kWalBytesMax = 64 << 20;
inline constexpr int kOpenFilesMax = 512;
inline constexpr int kBackgroundJobsMax = 2;
// The engine's own log and its one predecessor, each; a line is cut to its limit.
inline constexpr size_t kLogFileBytesMax = 4 << 20;
inline constexpr size_t kLogLineBytesMax = 1024;
// Table files are handed to the disk in pieces of this size, so that a flush does not hold up a commit.
inline constexpr uint64_t kBytesPerSync = 1 << 20;
inline constexpr double kBloomBitsPerKey = 10;
// Of a key, what filters know beside the whole: its table and eight bytes of whom or what it is about, which is what
// nearly all scans have in common. Files that were written with another number are scanned without.
inline constexpr size_t kScannedPrefixBytes = 9;
// Of a memory table, for a filter over its keys.
inline constexpr double kMemtableFilterShare = 0.05;

// Feed entries forgotten by one transaction; a longer trim takes several.
inline constexpr uint64_t kTrimEntriesPerUpdateMax = 10'000;
// Entries one ReadFeed returns at most.
inline constexpr int kFeedReadEntriesMax = 10'000;

// What this program reads and writes; a folder with another number is refused.
inline constexpr uint32_t kFormatVersion = 1;

}  // namespace nwd::store::rocks
