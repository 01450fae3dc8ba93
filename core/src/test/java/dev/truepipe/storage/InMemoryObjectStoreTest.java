package dev.truepipe.storage;

class InMemoryObjectStoreTest extends ObjectStoreContract {
    private final InMemoryObjectStore store = new InMemoryObjectStore();

    @Override
    protected ObjectStore store() {
        return store;
    }

    @Override
    protected S3Uri folder() {
        return S3Uri.parse("s3://bucket/contract/");
    }
}
