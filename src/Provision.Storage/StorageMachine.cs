using Provision.Machine;
using Provision.Storage.Observe;

namespace Provision.Storage;

/// <summary>The doors to the machine whose disks are worked on, and the way to look at it.</summary>
/// <param name="Commands">Runs programs.</param>
/// <param name="Files">Files below its root; the journal, markers and escrow are written through it.</param>
/// <param name="Look">Asks it, anew at each question (<see cref="FreshLook"/>).</param>
/// <param name="Observe">A whole new look at its storage.</param>
public sealed record StorageMachine(ICommandRunner Commands, IMachineFiles Files, ILook Look, Func<ObservedStorage> Observe);
