// SPDX-License-Identifier: MIT
// One out-of-line destructor per interface: these key functions put each vtable and type into libfos1sdk.so.1, where
// abidiff can see the ABI.
#include "fos1/features/bus.h"
#include "fos1/features/change_reconciler.h"
#include "fos1/features/event_feed.h"
#include "fos1/features/events.h"
#include "fos1/features/metrics.h"
#include "fos1/features/pages.h"
#include "fos1/features/previewer.h"
#include "fos1/features/spec_catalog.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/status.h"
#include "fos1/features/status_feed.h"
#include "fos1/features/validator.h"
#include "fos1/ihost.h"
#include "fos1/iplugin.h"

namespace fos1 {

IInterface::~IInterface() = default;
IPlugin::~IPlugin() = default;
IHost::~IHost() = default;
IBus::~IBus() = default;
IBusListener::~IBusListener() = default;
IStatus::~IStatus() = default;
IStatusFeed::~IStatusFeed() = default;
IStatusListener::~IStatusListener() = default;
IMetrics::~IMetrics() = default;
IEvents::~IEvents() = default;
IEventFeed::~IEventFeed() = default;
IEventListener::~IEventListener() = default;
ISpecSource::~ISpecSource() = default;
ISpecWriter::~ISpecWriter() = default;
ISpecMerger::~ISpecMerger() = default;
ISpecCatalog::~ISpecCatalog() = default;
IValidator::~IValidator() = default;
IPreviewer::~IPreviewer() = default;
IPages::~IPages() = default;
IPageReplies::~IPageReplies() = default;
IChangeReconciler::~IChangeReconciler() = default;

}  // namespace fos1
