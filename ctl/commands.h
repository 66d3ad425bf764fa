// SPDX-License-Identifier: GPL-2.0-or-later
// The commands of fos1ctl, one function each. main.cpp parses the command line and calls them.
#pragma once

#include <QStringList>
#include <chrono>

#include "console.h"

namespace fos1::ctl {

ExitCode showStatus(const Options& options);
/// One line for monitoring. Ok: ready. Failed: not ready.
ExitCode checkStatus(const Options& options);
ExitCode listPlugins(const Options& options);
ExitCode showPlugin(const Options& options, const QString& id);
/// `verb`: start, stop or restart.
ExitCode controlPlugin(const Options& options, const QString& verb, const QString& id);

/// Writes a plugin that builds. Needs no daemon. `directory` empty: a directory here, named after the last word of the
/// id.
ExitCode newPlugin(const QString& id, const QString& directory);

/// `name` empty: every object of the kind.
ExitCode getResources(const Options& options, const QString& kind, const QString& name);
ExitCode applyFiles(const Options& options, const QStringList& files);
/// Ok: nothing would change. Differs: something would change. Trouble: a mistake, or no answer.
ExitCode diffFiles(const Options& options, const QStringList& files);
/// Whether a manifest that was written by hand may be removed with its last object.
enum class HandWrittenFile { Keep = 0, Remove };
ExitCode deleteFiles(const Options& options, const QStringList& files, HandWrittenFile file);
ExitCode deleteResource(const Options& options, const QString& kind, const QString& name, HandWrittenFile file);

/// Needs no daemon. `crdDirectory`, `pluginDirectory` empty: those of the installation.
struct ValidateOptions {
    QStringList files;
    QString crdDirectory;
    QString pluginDirectory;
    OutputFormat output = OutputFormat::Table;
};
ExitCode validateFiles(const ValidateOptions& options);

/// A page of a plugin, by the id of the plugin. `argument` may be empty.
struct PageRequest {
    QString plugin;
    QString page;
    QString argument;
    std::chrono::seconds wait{0};  ///< at most, until a page that measures is complete
    bool applies = false;          ///< writes what the page proposes, instead of showing it
};
ExitCode showPage(const Options& options, const PageRequest& request);

/// Runs a plugin's own program in place of this process. Returns only when the program cannot be run, or when the
/// plugin must be stopped first and still runs.
struct HelperRequest {
    QString plugin;
    QString directory;  ///< contains the helpers
    QString program;
    bool needsStopped = false;
};
ExitCode runHelper(const Options& options, const HelperRequest& request);

/// Empty `topic`: all topics; empty `key`: all keys.
ExitCode getTopic(const Options& options, const QString& topic, const QString& key);
ExitCode listEvents(const Options& options, int limit);

}  // namespace fos1::ctl
