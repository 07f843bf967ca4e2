namespace Provision.Storage;

/// <summary>Work on disks that cannot go on: what happened, and to which device. Nothing of the user's is lost by it.</summary>
public sealed class StorageException(string message) : Exception(message);
