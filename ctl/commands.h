// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of fos1ctl, one function each. main.cpp parses what the user typed and calls them.
#pragma once

#include <QStringList>

#include "console.h"

namespace fos1::ctl {

ExitCode showStatus(const Options& options);
ExitCode listPlugins(const Options& options);
ExitCode showPlugin(const Options& options, const QString& id);
/// `verb`: start, stop or restart.
ExitCode controlPlugin(const Options& options, const QString& verb, const QString& id);

/// Writes a plugin that builds. Needs no daemon. `directory` empty: the last word of the id, here.
ExitCode newPlugin(const QString& id, const QString& directory);

/// `name` empty: every object of the kind.
ExitCode getResources(const Options& options, const QString& kind, const QString& name);
ExitCode applyFiles(const Options& options, const QStringList& files);
/// Ok: nothing would change. Differs: something would. Trouble: a mistake, or no answer.
ExitCode diffFiles(const Options& options, const QStringList& files);
ExitCode deleteFiles(const Options& options, const QStringList& files);
ExitCode deleteResource(const Options& options, const QString& kind, const QString& name);

/// Needs no daemon. `crdDirectory`, `pluginDirectory`: empty means those of the installation.
struct ValidateOptions {
    QStringList files;
    QString crdDirectory;
    QString pluginDirectory;
};
ExitCode validateFiles(const ValidateOptions& options);

/// A page of a plugin's, by the id of the plugin. `argument` may be empty.
struct PageRequest {
    QString plugin;
    QString page;
    QString argument;
};
ExitCode showPage(const Options& options, const PageRequest& request);

/// A program of a plugin's own, which takes the place of this process. Returns only when it could not be run, or when
/// the plugin must be stopped first and is not.
struct HelperRequest {
    QString plugin;
    QString directory;  ///< of the helpers
    QString program;
    bool needsStopped = false;
};
ExitCode runHelper(const Options& options, const HelperRequest& request);

/// Empty `topic`: all topics; empty `key`: all keys.
ExitCode getTopic(const Options& options, const QString& topic, const QString& key);
ExitCode listEvents(const Options& options, int limit);

}  // namespace fos1::ctl
