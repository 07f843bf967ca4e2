namespace Provision.Configuration.Apply;

/// <summary>How far an install or rollback has got.</summary>
public enum InstallPhase
{
    /// <summary>Rendering, comparing and checking.</summary>
    Preparing,

    /// <summary>Installing packages.</summary>
    Packages,

    /// <summary>Staging and swapping files.</summary>
    Files,

    /// <summary>Acting on units.</summary>
    Units,

    /// <summary>Completed.</summary>
    Done,
}

/// <content>What a run that is interrupted leaves.</content>
public sealed partial class Installation
{
    private volatile bool packagesInstalled;
    private volatile InstallPhase phase;

    /// <summary>How far the run has got.</summary>
    public InstallPhase Phase
    {
        get => phase;
        private set => phase = value;
    }

    /// <summary>Returns what an interruption leaves at this moment, as a sentence; null after the run.</summary>
    public string? LeftBehind() => Phase switch
    {
        InstallPhase.Preparing => "nothing was changed",
        InstallPhase.Packages => "packages were being installed: \"dpkg --audit\" lists those that are not whole; no file was changed",
        InstallPhase.Files when store.HasJournal => "files were being swapped: the next \"provision install\" completes it first",
        InstallPhase.Files => packagesInstalled ? "packages were installed; no file was changed" : "nothing was changed",
        InstallPhase.Units => "the new files are in place; what their units are owed is recorded, and the next \"provision install\" does it",
        _ => null,
    };
}
