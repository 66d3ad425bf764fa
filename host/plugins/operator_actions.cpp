// SPDX-License-Identifier: GPL-2.0-or-later
// PluginSupervisor: what operators ask for. Starts, stops and restarts one plugin.
#include "plugins/plugin_supervisor.h"

namespace fos1::host {

/// Reads the section again: a plugin that an operator starts gets the current contents of host.yaml.
Errors PluginSupervisor::readSection(PluginRecord& record) const {
    const auto config = loadHostConfig(m_config.file);
    if (!config) return config.error();
    if (!config->plugins.contains(record.id))
        return {{ErrorCode::NotFound, QStringLiteral("no longer has a section for %1").arg(record.id), m_config.file}};
    const auto section = checkPluginSection(*config, record.id, record.metadata.configSchema);
    if (!section) return section.error();
    record.configuration = *section;
    return {};
}

void PluginSupervisor::startPlugin(const QString& id, Done done) {
    PluginRecord* record = find(id);
    if (!record) return done(Outcome::Failed, QStringLiteral("no plugin \"%1\"").arg(id));
    switch (record->state) {
        case PluginState::Running: return done(Outcome::Ok, {});
        case PluginState::Refused: return done(Outcome::Failed, record->reason);
        case PluginState::Stopping: return done(Outcome::Failed, QStringLiteral("the plugin is stopping"));
        default: break;
    }
    if (m_isStopping) return done(Outcome::Failed, QStringLiteral("the host is stopping"));
    if (record->isLeftBehind)
        return done(
            Outcome::Failed,
            QStringLiteral("it did not stop, and a plugin in the host's process cannot be killed; restart the host"));
    if (record->state != PluginState::Starting) {
        if (const Errors errors = readSection(*record); !errors.empty()) return done(Outcome::Failed, joined(errors));
    }
    record->onSettled.push_back(std::move(done));
    if (record->state == PluginState::Starting) return;
    record->restartPolicy.reset();
    startOne(*record);
}

void PluginSupervisor::stopPlugin(const QString& id, const Done& done) {
    PluginRecord* record = find(id);
    if (!record) return done(Outcome::Failed, QStringLiteral("no plugin \"%1\"").arg(id));
    const QString byOperator = QStringLiteral("stopped by an operator");
    switch (record->state) {
        case PluginState::Running:
        case PluginState::Starting:
            return stopOne(*record, [this, record, done, byOperator](Outcome outcome, const QString& message) {
                if (outcome == Outcome::Ok) setState(*record, PluginState::Stopped, byOperator);
                done(outcome, message);
            });
        case PluginState::Stopping: return done(Outcome::Failed, QStringLiteral("the plugin is stopping"));
        case PluginState::Restarting:
        case PluginState::Resting:
            record->restartTimer.stop();
            setState(*record, PluginState::Stopped, byOperator);
            return done(Outcome::Ok, {});
        default: return done(Outcome::Ok, {});
    }
}

void PluginSupervisor::restartPlugin(const QString& id, Done done) {
    // A mistake in its section must not stop a plugin that works with the previous one.
    if (PluginRecord* record = find(id); record && record->state != PluginState::Refused)
        if (const Errors errors = readSection(*record); !errors.empty())
            return done(Outcome::Failed, QStringLiteral("not restarted: ") + joined(errors));
    stopPlugin(id, [this, id, done = std::move(done)](Outcome outcome, const QString& message) {
        const PluginRecord* record = find(id);
        if (!record || record->state == PluginState::Stopping) return done(outcome, message);
        startPlugin(id, done);
    });
}

}  // namespace fos1::host
