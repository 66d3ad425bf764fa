// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts/fact_book.h"

#include <algorithm>

#include "bus/state_bus.h"
#include "node/fact.h"

namespace fos1::host {

namespace {
const QString kPublisher = QStringLiteral("host");
}

FactBook::~FactBook() {
    for (const FactSource& source : m_sources) m_bus.unsubscribe(source.topic, this);
}

void FactBook::add(const FactSource& source) {
    m_sources.push_back(source);
    m_witnesses[source.name];
    m_bus.subscribe(source.topic, this);
    publish(source.name);
}

void FactBook::onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                       const QCborMap& /*meta*/) {
    const bool isCurrent = presence == static_cast<int>(Presence::Value);
    for (const FactSource& source : m_sources) {
        if (source.topic != topic) continue;
        auto& witnesses = m_witnesses[source.name];
        const bool held = !witnesses.empty();
        if (isCurrent && value.value(source.field).isTrue())
            witnesses.emplace(topic, key);
        else
            witnesses.erase({topic, key});
        if (held != !witnesses.empty()) publish(source.name);
    }
}

void FactBook::publish(const QString& name) {
    m_bus.publish(kPublisher, QString::fromLatin1(node::Fact::kTopic), name,
                  node::Fact{!m_witnesses.at(name).empty()}.encode(), 0);
}

}  // namespace fos1::host
