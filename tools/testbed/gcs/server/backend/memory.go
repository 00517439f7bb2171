//go:build testbed

// Package backend takes the place of the memory backend of fake-gcs-server, which looks through all objects of a bucket
// whenever one is written or read: with a hundred thousand of them that is all it does. Here they are found by their names.
// The program is built with a copy of the module that has this file, see bed.ts. What nobody here asks for (versions, composing, changing
// metadata alone) is refused.
package backend

import (
	"errors"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/storage"
	"github.com/fsouza/fake-gcs-server/internal/checksum"
)

const timestampFormat = "2006-01-02T15:04:05.999999Z07:00"

var (
	errMissing = errors.New("object not found")
	errRefused = errors.New("not served by this test bed")
)

type bucketByName struct {
	Bucket
	objects map[string]Object
}

type memoryByName struct {
	mtx     sync.RWMutex
	buckets map[string]*bucketByName
	// The last generation given out: two writes within a microsecond get different ones.
	last int64
}

// NewStorageMemory is what the fake makes its backend with.
func NewStorageMemory(objects []StreamingObject) (Storage, error) {
	s := &memoryByName{buckets: map[string]*bucketByName{}}
	for _, object := range objects {
		if _, err := s.CreateObject(object, NoConditions{}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *memoryByName) bucket(name string, attrs BucketAttrs) *bucketByName {
	if found, there := s.buckets[name]; there {
		return found
	}
	made := &bucketByName{
		Bucket:  Bucket{name, attrs.VersioningEnabled, time.Now(), attrs.DefaultEventBasedHold, attrs.ACL},
		objects: map[string]Object{},
	}
	s.buckets[name] = made
	return made
}

func (s *memoryByName) CreateBucket(name string, attrs BucketAttrs) error {
	s.mtx.Lock()
	defer s.mtx.Unlock()
	s.bucket(name, attrs)
	return nil
}

func (s *memoryByName) ListBuckets() ([]Bucket, error) {
	s.mtx.RLock()
	defer s.mtx.RUnlock()
	all := []Bucket{}
	for _, bucket := range s.buckets {
		all = append(all, bucket.Bucket)
	}
	return all, nil
}

func (s *memoryByName) GetBucket(name string) (Bucket, error) {
	s.mtx.RLock()
	defer s.mtx.RUnlock()
	if found, there := s.buckets[name]; there {
		return found.Bucket, nil
	}
	return Bucket{}, BucketNotFound
}

func (s *memoryByName) DeleteBucket(name string) error {
	s.mtx.Lock()
	defer s.mtx.Unlock()
	found, there := s.buckets[name]
	if !there {
		return BucketNotFound
	}
	if len(found.objects) > 0 {
		return BucketNotEmpty
	}
	delete(s.buckets, name)
	return nil
}

func (s *memoryByName) CreateObject(streaming StreamingObject, conditions Conditions) (StreamingObject, error) {
	object, err := streaming.BufferedObject()
	if err != nil {
		return StreamingObject{}, err
	}
	complete(&object)
	s.mtx.Lock()
	defer s.mtx.Unlock()
	bucket := s.bucket(object.BucketName, BucketAttrs{})
	if !conditions.ConditionsMet(bucket.objects[object.Name].Generation) {
		return StreamingObject{}, PreConditionFailed
	}
	if object.Generation == 0 {
		s.last = max(s.last+1, time.Now().UnixMicro())
		object.Generation = s.last
	}
	bucket.objects[object.Name] = object
	return object.StreamingObject(), nil
}

func complete(object *Object) {
	if object.Crc32c == "" {
		object.Crc32c = checksum.EncodedCrc32cChecksum(object.Content)
	}
	if object.Md5Hash == "" {
		object.Md5Hash = checksum.EncodedMd5Hash(object.Content)
	}
	if object.Etag == "" {
		object.Etag = object.Md5Hash
	}
	object.Size = int64(len(object.Content))
	if object.StorageClass == "" {
		object.StorageClass = "STANDARD"
	}
}

func (s *memoryByName) ListObjects(bucket, prefix string, _ bool) ([]ObjectAttrs, error) {
	s.mtx.RLock()
	defer s.mtx.RUnlock()
	found, there := s.buckets[bucket]
	if !there {
		return []ObjectAttrs{}, BucketNotFound
	}
	all := make([]ObjectAttrs, 0, len(found.objects))
	for name, object := range found.objects {
		if strings.HasPrefix(name, prefix) {
			all = append(all, object.ObjectAttrs)
		}
	}
	return all, nil
}

func (s *memoryByName) GetObject(bucket, name string) (StreamingObject, error) {
	return s.GetObjectWithGeneration(bucket, name, 0)
}

func (s *memoryByName) GetObjectWithGeneration(bucket, name string, generation int64) (StreamingObject, error) {
	s.mtx.RLock()
	defer s.mtx.RUnlock()
	if found, there := s.buckets[bucket]; there {
		object, there := found.objects[name]
		if there && (generation == 0 || generation == object.Generation) {
			return object.StreamingObject(), nil
		}
	}
	return StreamingObject{}, errMissing
}

func (s *memoryByName) DeleteObject(bucket, name string) error {
	return s.DeleteObjectWithGeneration(bucket, name, 0)
}

func (s *memoryByName) DeleteObjectWithGeneration(bucket, name string, generation int64) error {
	s.mtx.Lock()
	defer s.mtx.Unlock()
	found, there := s.buckets[bucket]
	if !there {
		return errMissing
	}
	object, there := found.objects[name]
	if !there || (generation != 0 && generation != object.Generation) {
		return errMissing
	}
	delete(found.objects, name)
	return nil
}

func (s *memoryByName) DeleteAllFiles() error {
	s.mtx.Lock()
	defer s.mtx.Unlock()
	s.buckets = map[string]*bucketByName{}
	return nil
}

func (s *memoryByName) UpdateBucket(string, BucketAttrs) error { return errRefused }

func (s *memoryByName) UpdateBucketACL(string, []storage.ACLRule) error { return errRefused }

func (s *memoryByName) PatchObject(_, _ string, _ ObjectAttrs) (StreamingObject, error) {
	return StreamingObject{}, errRefused
}

func (s *memoryByName) UpdateObject(_, _ string, _ ObjectAttrs) (StreamingObject, error) {
	return StreamingObject{}, errRefused
}

func (s *memoryByName) ComposeObject(_ string, _ []string, _ string, _ map[string]string, _, _, _, _, _, _ string, _ []storage.ACLRule) (StreamingObject, error) {
	return StreamingObject{}, errRefused
}
