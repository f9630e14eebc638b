/**
 * Every counter of a run, as one Float64Array. The order is the wire order of frames and the key
 * order of the headless JSON. Totals only ever grow; gauges (marked) follow the state.
 * Ids M- are those of the evidence contract.
 */
export const COUNTERS = [
  'superslabsAllocated', // M-03: successful mappings
  'superslabsFreed', // M-04: SuperSlabs given back to the OS
  'superslabsNow', // gauge: mapped and not in a SuperSlab cache
  'superslabsPeak', // M-42
  'threadLives', // M-40: lives started, main not counted
  'threadCreateFailures',
  'localFrees', // M-09, operations only
  'remoteFrees', // M-08, operations only
  'nullReturns', // M-12, M-52
  'newPages', // MF2; 0 under tiny
  'pageReuses',
  'pendingEnqueued',
  'pendingDrained',
  'drainAttempts', // M-16
  'drainSuccesses',
  'adoptions',
  'orphanAdoptions',
  'gateViolations', // M-48
  'mallocs', // operations that allocated
  'libcFallbacks', // NULL answered by the C library instead (onNull: libcFallback)
  'runtimeMallocs', // warm-up, dtv: outside the operation count
  'runtimeLocalFrees',
  'runtimeRemoteFrees',
  'otherMallocs', // requests above the top class
  'refills', // slow paths taken by malloc
  'slabsAcquired',
  'emptyReuses', // kept or emptied SuperSlabs taken again
  'cacheReuses', // SuperSlabs taken back out of the SuperSlab caches (S-19)
  'remoteEdges', // remote queue went from empty to non-empty
  'drainedBlocks',
  'backgroundDrains', // hybrid G: queues drained by the periodic pass
  'trimCalls', // M-37
  'trimExamined',
  'trimFreed',
  'trimSkipActive', // condition 1: the counter is not zero
  'trimSkipTls', // condition 2: a thread allocates from it
  'trimSkipReserve', // condition 3: kept as reserve
  'mmapCalls', // M-29
  'munmapCalls',
  'madviseCalls',
  'mapRefusals', // mappings the kernel refused
  'pageFaults', // minor faults of the process, its beginning and its stacks included
  'stacksMapped',
  'stacksReused',
  'orphanSuperslabs', // gauge M-41: owner exited
  'inflatedSuperslabs', // gauge M-36: live 0, counter above 0
  'emptySuperslabs', // gauge: live 0, counter 0
  'liveBlocks', // gauge M-34
  'activeBlocks', // gauge M-01: what the counters believe
  'queuedBlocks', // gauge M-02: in remote queues
  'queuedDead', // gauge: of those, owner dead
  'emptiedTotal', // M-53: SuperSlabs whose last block went while the owner was dead
  'emptiedLives', // M-53: sum over those of the lives started since the owner's exit
  // MF2 from here on; 0 under tiny.
  'mustReuseHits', // M-19: own pending queue served the slow path
  'activeDrainHits', // M-20: draining the active page served it
  'partialHits', // the list of partly free pages served it
  'adoptionsUnneeded', // adopted although the adopter's own page had room
  'ownershipTransfers', // M-46
  'blockedRfr', // M-22
  'blockedIdle', // M-23
  'blockedPartial', // M-49
  'blockedPressure', // M-49
  'blockedRemotes', // M-49
  'blockedClaim', // claimed by another thread
  'newFirstUse', // new pages by reason; the seven sum to newPages
  'newStarved',
  'newGraveyard',
  'newBelow',
  'newOrphaned',
  'newGate',
  'newCapacity',
  'lostEdges', // races: blocks came in during a drain and nobody was told
  'staleEnqueues', // races: a page went to the queue of a life that no longer owned it
  'pingPongs', // races: a page changed hands while it was drained
  'activeLost', // races: a thread's active page was taken from under it
  'wakes', // wakers woke, or sleepers were woken
  'chain1', // M-47: new pages at the end of a chain of 1, 2, … adoptions
  'chain2',
  'chain3',
  'chain4',
  'chain5',
  'chain6',
  'chain7',
  'chain8', // 8 or more
  'chainMax',
  'chainMaxSeq', // event of the page at the end of the longest chain
  'strandedGraveyard', // gauge M-45: free blocks that no list leads to
  'strandedBelow', // gauge M-45: remote blocks of pages that were never enqueued
  'strandedOrphan', // gauge M-45: blocks free or queued in pages of dead owners
  'strandedIdle', // gauge M-45: blocks free in adopted pages of sleeping owners
  'pendingPages', // gauge M-50
  'pendingPagesMax', // M-50
  'pendingAgeUs', // gauge M-50: mean age of pages in queues, microseconds
  'lockWaits', // times that a thread waited for a lock of the machine or the allocator
  'lockWaitNs', // nanoseconds of virtual time spent so
  'coreWaitNs', // nanoseconds that threads were ready and had no core
  // The textbook allocator from here on; 0 under others.
  'listSearches', // searches of the free list
  'listSteps', // chunks of the list looked at, by searches and by insertions in address order
  'splits', // chunks split, rests kept
  'coalesces', // neighbours merged, the top included
  'topCarves', // blocks cut from the top because no chunk fitted
  'heapGrowths', // brk up
  'heapTrims', // brk down
  'growthsFragmented', // brk up although the free chunks together had room
  'reallocsInPlace',
  'reallocsMoved',
  'freeChunks', // gauge: chunks in the free list
  'freeListBytes', // gauge: their payload
  'reclaimedPages', // lazily freed pages that the kernel took because memory was short
  'lazyBytes', // gauge: resident, but given up with MADV_FREE and not written since
  'pageTableBytes', // gauge: page tables; not in the resident bytes, as Linux keeps them out of RSS
  'ownLooks', // SuperSlabs set aside that their living owner looked into for room
  'ownReuses', // refills that one of them served
  'forgottenSuperslabs', // gauge: living owners', with room, and never looked into again
  'mixedPointers', // gauge M-51: live blocks that the C library served instead, where free must tell whose they are
  'libcFrees', // frees that were called with one of them
  'misroutedFrees', // M-51: frees that decided wrongly
  'ownerOverflows', // slabs that the ownership bitmap could not mark
  'staleMarks', // gauge: regions that the ownership bitmap has marked and no SuperSlab is in
  'injectedRefusals', // mappings refused by injection, among mapRefusals
  // The shared pool and thread caches of tiny; 0 without them.
  'poolAsks', // M-28: slabs asked of the shared pool; stages, adoptions and failures sum to it
  'poolStage0', // by the stage that served: the slot that the thread gave back last (L0)
  'poolStage05', // an EMPTY slot beside the thread's current one
  'poolStage1', // the list of EMPTY slots of the class
  'poolStage2', // an UNUSED slot
  'poolStage3', // a new SuperSlab
  'poolAdopted', // a slab of a dead owner served instead
  'sharedFails', // M-27: shared_fail→legacy
  'slotsReleased', // slots that became EMPTY
  'poolEmptied', // SuperSlabs of the pool all of whose slots were EMPTY
  'capacityWarnings', // of sharedFails: no room under sharedCapacity
  'geometryWarnings', // SuperSlabs of the pool of which only some slots fit under sharedCapacity
  'nodeWarnings', // EMPTY slots for which the list of their class had no node
  'poolLocks', // times that the pool's lock was taken (stage 3)
  'poolLockWaits', // of these, waits
  'slotsUnused', // gauge
  'slotsActive', // gauge
  'slotsEmpty', // gauge
  'slotsOrphaned', // gauge: of the ACTIVE ones, owner dead
  'cacheHits', // mallocs that a thread's cache served
  'cacheRefills', // times that one took blocks of a slab
  'cacheFlushes', // times that one gave blocks back
  'cacheGrown',
  'cacheShrunk',
  'cachedBlocks', // gauge: free blocks in threads' caches
  'cacheSlots', // gauge: blocks that they may hold
  'lookups', // frees that found their SuperSlab in a table
  'lookupLines', // cache lines of the table that they read
  'aceThreshold', // M-31, where failures are traced: no class is large enough
  'aceExhaustion', // M-31: pool or SuperSlab have nothing left
  'aceMapFail', // M-31: a mapping was refused
  // Lean mode of tiny; 0 without it.
  'leanDecommits', // M-25: madvise that gave up the pages of a SuperSlab
  'leanRetires', // M-26, M-54: SuperSlabs retired instead of unmapped
  'leanRedirtied', // M-54: pages of retired SuperSlabs that the write of the magic made dirty again
  'leanOverlaps', // decommits skipped because a library lies there
  'leanRefusals', // madvise that failed with ENOMEM: at most one
  'leanUnasked', // decommits not tried because it had failed before
] as const;

export type CounterName = (typeof COUNTERS)[number];
export const COUNTER_COUNT = COUNTERS.length;

/** Index of a counter in the columns: `C.remoteFrees`. */
export const C: Readonly<Record<CounterName, number>> = Object.freeze(
  Object.fromEntries(COUNTERS.map((name, i) => [name, i])) as Record<CounterName, number>,
);

/** Counters that follow the state instead of only growing; rates are not drawn for them. */
export const GAUGES: ReadonlySet<CounterName> = new Set<CounterName>([
  'superslabsNow',
  'superslabsPeak',
  'orphanSuperslabs',
  'inflatedSuperslabs',
  'emptySuperslabs',
  'liveBlocks',
  'activeBlocks',
  'queuedBlocks',
  'queuedDead',
  'chainMax',
  'chainMaxSeq',
  'strandedGraveyard',
  'strandedBelow',
  'strandedOrphan',
  'strandedIdle',
  'pendingPages',
  'pendingPagesMax',
  'pendingAgeUs',
  'freeChunks',
  'freeListBytes',
  'lazyBytes',
  'pageTableBytes',
  'forgottenSuperslabs',
  'mixedPointers',
  'staleMarks',
  'slotsUnused',
  'slotsActive',
  'slotsEmpty',
  'slotsOrphaned',
  'cachedBlocks',
  'cacheSlots',
]);
