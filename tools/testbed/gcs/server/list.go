package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

const largestPage = 1000

// listed is what one prefix of a bucket held after so many changes.
type listed struct {
	changes int64
	bucket  string
	prefix  string
	objects []fakestorage.ObjectAttrs
}

type listItem struct {
	Kind       string            `json:"kind"`
	Name       string            `json:"name"`
	Bucket     string            `json:"bucket"`
	Size       int64             `json:"size,string"`
	Generation int64             `json:"generation,string"`
	Updated    string            `json:"updated"`
	Md5Hash    string            `json:"md5Hash,omitempty"`
	Crc32c     string            `json:"crc32c,omitempty"`
	Metadata   map[string]string `json:"metadata,omitempty"`
}

type listPage struct {
	Kind          string     `json:"kind"`
	NextPageToken string     `json:"nextPageToken,omitempty"`
	Prefixes      []string   `json:"prefixes,omitempty"`
	Items         []listItem `json:"items,omitempty"`
}

// bucketOfList is the bucket of a request for a listing.
func bucketOfList(r *http.Request) (string, bool) {
	rest, isBucket := strings.CutPrefix(r.URL.EscapedPath(), "/storage/v1/b/")
	bucket, isList := strings.CutSuffix(rest, "/o")
	if r.Method != http.MethodGet || !isBucket || !isList || strings.Contains(bucket, "/") {
		return "", false
	}
	name, err := url.PathUnescape(bucket)
	return name, err == nil
}

// list answers in pages as the service does: prefixes count like objects, and a page does not cost a look at all objects.
func (s *service) list(w http.ResponseWriter, r *http.Request, bucket string) {
	query := r.URL.Query()
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	objects, err := s.objects(bucket, prefix)
	if err != nil {
		fail(w, http.StatusNotFound, "The specified bucket does not exist.")
		return
	}
	limit := largestPage
	if wanted, err := strconv.Atoi(query.Get("maxResults")); err == nil && wanted > 0 && wanted < limit {
		limit = wanted
	}
	after := query.Get("pageToken")
	page := listPage{Kind: "storage#objects"}
	last, count := "", 0
	at := sort.Search(len(objects), func(n int) bool { return objects[n].Name > after })
	for ; at < len(objects); at++ {
		object := objects[at]
		entry := object.Name
		if end := strings.Index(object.Name[len(prefix):], delimiter); delimiter != "" && end >= 0 {
			entry = object.Name[:len(prefix)+end+len(delimiter)]
		}
		if entry == last || (entry != object.Name && entry <= after) {
			continue
		}
		if count == limit {
			page.NextPageToken = last
			break
		}
		last = entry
		count++
		if entry != object.Name || (delimiter != "" && strings.HasSuffix(entry, delimiter) && entry != prefix) {
			page.Prefixes = append(page.Prefixes, entry)
		} else {
			page.Items = append(page.Items, itemOf(object))
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(page)
}

// objects are those below a prefix, sorted; asked of the fake only when something has changed since.
func (s *service) objects(bucket, prefix string) ([]fakestorage.ObjectAttrs, error) {
	changes := s.count.Load()
	s.listing.Lock()
	defer s.listing.Unlock()
	if known := s.known; known.bucket == bucket && known.prefix == prefix && known.changes == changes {
		return known.objects, nil
	}
	answer, err := s.fake.ListObjectsWithOptionsPaginated(bucket, fakestorage.ListOptions{Prefix: prefix})
	if err != nil {
		return nil, err
	}
	s.known = listed{changes, bucket, prefix, answer.Objects}
	return answer.Objects, nil
}

func itemOf(object fakestorage.ObjectAttrs) listItem {
	return listItem{
		Kind:       "storage#object",
		Name:       object.Name,
		Bucket:     object.BucketName,
		Size:       object.Size,
		Generation: object.Generation,
		Updated:    object.Updated.UTC().Format(time.RFC3339Nano),
		Md5Hash:    object.Md5Hash,
		Crc32c:     object.Crc32c,
		Metadata:   object.Metadata,
	}
}
